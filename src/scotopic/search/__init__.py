"""What is asked of experiments: likelihoods made of their cards."""
