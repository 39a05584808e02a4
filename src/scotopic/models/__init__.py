"""What exists: mediators with their masses, couplings, widths and branching ratios.

A new mediator is one new module with a frozen dataclass that derives from
`models.mediator.Portal`, and one line in `models.registry`. In a file of one's own it
needs no line there: see `models.registry.register_model`.
"""
