"""How close the genetic search comes to the best of all points."""
