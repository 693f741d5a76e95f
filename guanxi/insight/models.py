"""Filled by the score run."""
