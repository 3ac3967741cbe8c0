"""Judge: facts and dated law give findings. `reference.py` is the meaning."""
