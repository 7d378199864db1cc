"""How much of what has come goes with one turn: whoever leads reads no more than two gigabytes at once."""

MOST = 2**30


def due(came, most=MOST):
    """Takes answers from the front of the list, at least one, and as many as are no longer together than that."""
    taken, size = [], 0
    while came and (not taken or size + len(came[0][1]) <= most):
        size += len(came[0][1])
        taken.append(came.pop(0))
    return taken
