"""What calorimeters and counters measure of given particles."""
