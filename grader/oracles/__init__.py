"""Right and named wrong answers in PyTorch float64. Imports torch and numpy; neither mlx nor any submission."""
