"""Every strategy type bar by bar, to test the engine against."""
