"""Names of operators do not hang on numbers that the planner counts up."""

from services.strategy_discovery.flink.names import unique_names


def test_the_planners_numbers_are_no_part_of_a_name() -> None:
    names = ["requests[1]", "Calc[2]", "*anonymous_datastream_source$2*[4]"]

    assert unique_names(names) == ["requests", "calc", "anonymous_datastream_source"]
    again = [name.replace("[", "[1") for name in names]
    assert unique_names(again) == unique_names(names)


def test_equal_names_are_told_apart_by_their_order() -> None:
    assert unique_names(["Map", "read", "Map", "Map"]) == [
        "map",
        "read",
        "map-2",
        "map-3",
    ]
