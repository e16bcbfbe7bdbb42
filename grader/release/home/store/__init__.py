"""What a run is called and what it plans to do. A student's package keeps no history."""
