"""Customer statistics as a library: Ibis, Arrow and NumPy in, tables out; no Django."""
