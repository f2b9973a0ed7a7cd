"""Rows for tests, one module per room. A factory makes the smallest true row."""
