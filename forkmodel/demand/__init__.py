"""Demand with an outside good, from a plain table of products, prices and shares.

``table``        reads ``products.csv``; what is wrong ends here
``instruments``  columns that move prices and not tastes
``inversion``    mean utilities that give the shares seen, and the log-determinant that goes with them
``model``        the PyMC density: mean utility and hedonic price, with errors that may be correlated
``fitting``      compiles and samples; a ``DemandFit`` comes out
``checks``       the review of its draws
``outcomes``     elasticities, diversion, markups and concentration on every draw
``mergers``      the merger screen on the same draws
``storage``      a fit as one file
"""
