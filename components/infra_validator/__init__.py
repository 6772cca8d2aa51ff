"""InfraValidator: model, examples → infra_blessing."""
