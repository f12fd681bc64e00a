"""The page that shows what was found, what is proven, and what is traded."""
