// The command line's entry point.

process.stdout.write('seatrial\n')
