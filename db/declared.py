"""Tables that are declared as classes, one attribute a column, without SQLAlchemy's ORM.

Nothing here loads or keeps objects, and importing the ORM and mapping the classes took a quarter of the time of a short
command. The declarations are written as the ORM's are, so that a type checker knows ``Run.id`` as it does there.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

from sqlalchemy import Column, MetaData, Table
from sqlalchemy.types import TypeEngine

if TYPE_CHECKING:
    from sqlalchemy.orm import DeclarativeBase

    class Declared(DeclarativeBase):
        """For a type checker."""

    from sqlalchemy.orm import Mapped as Mapped
    from sqlalchemy.orm import mapped_column as mapped_column
else:

    class Declared:
        """A base of tables: a subclass with a ``__tablename__`` is one, and its attributes become the columns.

        ``Mapped[str | None]`` says type and nullability; ``type_annotation_map`` has the type of each annotation.
        """

        metadata: ClassVar[MetaData]
        type_annotation_map: ClassVar[dict[Any, TypeEngine[Any]]]
        __table__: ClassVar[Table]

        def __init_subclass__(cls) -> None:
            name = vars(cls).get("__tablename__")
            if name is None:
                return
            types = {_name(annotation): kind for annotation, kind in cls.type_annotation_map.items()}
            columns = [
                _column(column, text, vars(cls).get(column, ((), {})), types)
                for column, text in cls.__annotations__.items()
            ]
            given = vars(cls).get("__table_args__", ())
            parts = [part for part in given if not isinstance(part, dict)]
            options = given[-1] if len(parts) < len(given) else {}
            cls.__table__ = Table(name, cls.metadata, *columns, *parts, **options)
            for column in columns:
                setattr(cls, column.key, column)

        @classmethod
        def __clause_element__(cls) -> Table:
            """What stands for the class in a statement."""
            return cls.__table__

    def mapped_column(*arguments: Any, **options: Any) -> tuple[tuple[Any, ...], dict[str, Any]]:
        """What a column has besides its name, its type and whether it may be NULL: a ``Column``'s arguments."""
        return arguments, options


def _name(annotation: Any) -> str:
    """An annotation as it is written."""
    return annotation.__name__ if isinstance(annotation, type) else str(annotation).replace("typing.", "")


def _column(
    name: str, text: str, given: tuple[tuple[Any, ...], dict[str, Any]], types: dict[str, TypeEngine[Any]]
) -> Column[Any]:
    arguments, options = given
    inner = text.removeprefix("Mapped[").removesuffix("]")
    bare = inner.removesuffix(" | None")
    if not any(isinstance(argument, TypeEngine) or _is_type(argument) for argument in arguments):
        arguments = (types[bare], *arguments)
    return Column(name, *arguments, **{"nullable": bare != inner, **options})


def _is_type(value: Any) -> bool:
    return isinstance(value, type) and issubclass(value, TypeEngine)
