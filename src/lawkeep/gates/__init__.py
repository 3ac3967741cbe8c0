"""Gates: which subject may use which resource now, pushed to the points that enforce it."""
