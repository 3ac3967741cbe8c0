"""The law as dated data: packs of instruments, duties, sanction rows, periods and policy."""
