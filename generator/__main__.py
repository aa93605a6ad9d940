"""`python -m generator` is `quad`."""

from generator.cli import main

if __name__ == "__main__":
    main()
