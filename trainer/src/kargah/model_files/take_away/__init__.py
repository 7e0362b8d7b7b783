"""What goes into the package of a model as it stands: no module here imports anything of this package."""
