"""What measurements without a dark sector in the final state say about its couplings."""
