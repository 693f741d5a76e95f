"""Classes that a firm puts its customers into by rules, such as A, B and C. See docs/adr/0038."""
