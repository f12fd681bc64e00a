"""What goes into the image of a room, laid out as the Bazel images are."""
