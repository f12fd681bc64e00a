"""`tradestream roles`: one Postgres role a room."""

from pathlib import Path

import click

from tradestream.cli import output


@click.group(name="roles", short_help="Make one Postgres role a room.")
def command() -> None:
    """Work on the roles of the database, one a room.

    With them a room can read and write what platform/postgres/roles.yaml says of
    it, and nothing else. An installation without them uses one role for all.
    """


@command.command(name="create", short_help="Make the roles, with their passwords.")
@click.option(
    "--postgres_url",
    required=True,
    envvar="TRADESTREAM_POSTGRES_URL",
    help="The database, as a role that may make roles and owns the database, "
    "e.g. postgresql://postgres@host/tradestream.",
)
@click.option(
    "--postgres_password_file",
    type=click.Path(path_type=Path),
    envvar="TRADESTREAM_POSTGRES_PASSWORD_FILE",
    help="File holding that role's password.",
)
@click.option(
    "--passwords",
    type=click.Path(path_type=Path),
    help="Folder of one file a room with its password; a file that is missing is "
    "made, with a password by chance.  [default: roles without a password, for a "
    "server that trusts]",
)
@click.option(
    "--new_passwords",
    is_flag=True,
    help="Draw passwords for roles that are there, too, where they have no file; "
    "who has the old ones is locked out.",
)
def create(
    postgres_url: str,
    postgres_password_file: Path | None,
    passwords: Path | None,
    new_passwords: bool,
) -> None:
    """Make a role `tradestream_ROOM` for every room that needs the database.

    Roles that are there stay, and get the password of their file; roles belong to
    the whole server, so a second installation on it uses the same ones. The tables
    belong to the role of database_migrator then, whose next run grants the others
    what they need; who owned them stays a member of it. Safe to run again.

    Exit status: 0 done, 1 something is wrong, 75 the database does not answer.

    \b
    Example:
      tradestream roles create --passwords=passwords \\
        --postgres_url=postgresql://postgres@localhost/tradestream
    """
    # Imported late: --help needs no client.
    from rich.table import Table

    from tradestream.postgres import connect
    from tradestream.roles.create import create_roles
    from tradestream.roles.declared import OWNER, read_declared, role_of
    from tradestream.runtime.secrets import read_secret

    connection = connect(postgres_url, read_secret(postgres_password_file))
    try:
        made = create_roles(
            connection, read_declared(), passwords, draw_again=new_passwords
        )
    finally:
        connection.close()
    table = Table(box=None, pad_edge=False)
    for title in ("role", "is", "password"):
        table.add_column(title)
    words = {"file": "of its file", "made": "made, in its file", "": "not touched"}
    for one in made:
        new = "made" if one.is_new else "there"
        table.add_row(role_of(one.room), new, words[one.password])
    owner = role_of(OWNER)
    said = f"the tables are {owner}'s; run database_migrator as it: it grants the rest"
    output.write_tables([table, said])
