"""What the desk says of itself on its log: which error, where in our code, and nothing of what was being worked on."""

import logging
import os
import traceback


class Plain(logging.Formatter):
    """One line. The text of an exception can hold a stolen value, so only its kind and place are told."""

    def format(self, record: logging.LogRecord) -> str:
        line = f"{record.levelname} {record.name}: {record.getMessage()}"
        if record.exc_info and record.exc_info[0] is not None:
            kind, _, trace = record.exc_info
            if os.environ.get("BREACHDESK_DEBUG"):
                return f"{line}\n{self.formatException(record.exc_info)}"
            steps = [f"{frame.filename.rpartition('/')[2]}:{frame.lineno}" for frame in traceback.extract_tb(trace)]
            line += f" [{kind.__name__} at {' < '.join(reversed(steps[-6:]))}]"
        return line.replace("\n", " ")
