"""Made-up records of the four operators of `examples/guangdong-2017*`, one module each."""
