"""What brings the programs of the full size here, from package registries."""
