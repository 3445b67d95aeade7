"""How a validator of a model refuses with a code, at a place of its own choosing.

A plain ``ValueError`` is enough where the value as a whole is wrong: it becomes ``INVALID_FORM``
at that value. Where the model knows better, it raises a problem::

    @model_validator(mode="after")
    def _classes_differ(self) -> Self:
        if self.cnp in self.gpu:
            raise problem(qos.SAME_DSCP, "…", at=("classes", "cnp", "dscp"), advice="…")
        return self
"""

from pydantic_core import PydanticCustomError

from netgen.diagnostics.codes.code import Code

# The `type` by which `netgen.intent.errors` knows a problem among pydantic's own errors.
ERROR_TYPE = "netgen_problem"


def problem(code: Code, message: str, *, at: tuple[str | int, ...] = (), advice: str = "") -> PydanticCustomError:
    """Make the exception that a pydantic validator raises.

    Parameters
    ----------
    code
        What kind of finding it is.
    message
        What is wrong, as in `Diagnostic`; braces are left alone.
    at
        Path from the value under validation to the place to point at, in the words of the file
        (keys as they are written, positions in lists). What does not exist, because it is a
        default, leads to its nearest parent.
    advice
        What to do.
    """
    return PydanticCustomError(
        ERROR_TYPE, "{message}", {"code": code.code, "message": message, "at": list(at), "advice": advice}
    )
