"""One file per format. Each brings a READER (see intake.Reader); nothing else has to be touched to add one."""
