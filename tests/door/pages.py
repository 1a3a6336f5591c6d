"""Pages as a browser without JavaScript reads them: forms that can be filled in and sent, and what a reader is told."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from html.parser import HTMLParser
from typing import Self

VOID = {"input", "link", "meta", "br", "hr", "img"}
LABELLED = {"select", "textarea"}


@dataclass(slots=True)
class Element:
    """An element, with what is in it."""

    tag: str
    attributes: Mapping[str, str]
    children: list["Element"] = field(default_factory=list)
    words: list[str] = field(default_factory=list)

    def walk(self) -> Iterator["Element"]:
        """This element and all below, in the order of the page."""
        yield self
        for child in self.children:
            yield from child.walk()

    def all(self, *tags: str) -> list["Element"]:
        """The elements of these tags below."""
        return [one for one in self.walk() if one.tag in tags]

    @property
    def text(self) -> str:
        """All words in it, with single spaces between."""
        return " ".join("".join(self.words).split())


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.root = Element("root", {})
        self._open = [self.root]

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        names = [name for name, _ in attrs]
        assert len(names) == len(set(names)), f"{tag} has an attribute twice"
        element = Element(tag, {name: value or "" for name, value in attrs})
        self._open[-1].children.append(element)
        if tag not in VOID:
            self._open.append(element)

    def handle_endtag(self, tag: str) -> None:
        assert self._open[-1].tag == tag, f"{self._open[-1].tag} is open where {tag} ends"
        self._open.pop()

    def handle_data(self, data: str) -> None:
        for element in self._open:
            element.words.append(data)


@dataclass(frozen=True, slots=True)
class Sending:
    """What a button sends: where to, and which fields."""

    action: str
    fields: Sequence[tuple[str, str]]

    def without(self, name: str) -> Self:
        """Leave out a field."""
        return type(self)(self.action, [one for one in self.fields if one[0] != name])


class Page:
    """A page.

    Args:
        html: Its text, in which every element is closed.
    """

    def __init__(self, html: str) -> None:
        reader = _Reader()
        reader.feed(html)
        reader.close()
        self.root = reader.root

    @property
    def text(self) -> str:
        """All its words."""
        return self.root.text

    @property
    def heading(self) -> str:
        """Its one heading of the first rank."""
        (heading,) = self.root.all("h1")
        return heading.text

    @property
    def buttons(self) -> list[str]:
        """What its buttons say."""
        return [one.text for one in self.root.all("button")]

    @property
    def alert(self) -> str:
        """What it says to have gone wrong; empty if nothing has."""
        return " ".join(one.text for one in self.root.walk() if one.attributes.get("role") == "alert")

    def by_id(self, name: str) -> Element:
        """The one element of an id."""
        (found,) = [one for one in self.root.walk() if one.attributes.get("id") == name]
        return found

    def value(self, name: str) -> str:
        """What is in a control."""
        return _value(self.by_id(name))

    def links(self) -> list[str]:
        """Where its links lead."""
        return [one.attributes["href"] for one in self.root.all("a")]

    def press(self, button: str, **typed: str) -> Sending:
        """Fill in controls by their ids, with `_` for `-`, and press a button.

        Args:
            button: What it says.
            typed: What is typed or chosen; a radio button is chosen by any text.
        """
        (form,) = [one for one in self.root.all("form") if button in [each.text for each in one.all("button")]]
        (pressed,) = [one for one in form.all("button") if one.text == button]
        typed = {name.replace("_", "-"): value for name, value in typed.items()}
        assert typed.keys() <= {one.attributes.get("id") for one in form.walk()}, "there is no such control"
        fields = []
        for control in form.all("input", "select", "textarea"):
            given = typed.get(control.attributes.get("id", ""))
            if control.attributes.get("type") == "radio" and given is None:
                continue
            value = _value(control) if given is None or control.attributes.get("type") == "radio" else given
            if "name" in control.attributes:
                fields.append((control.attributes["name"], value))
        if "name" in pressed.attributes:
            fields.append((pressed.attributes["name"], pressed.attributes["value"]))
        return Sending(pressed.attributes.get("formaction", form.attributes["action"]), fields)

    def mistakes(self) -> list[str]:
        """What a reader who sees nothing, or uses no mouse, would miss; empty if nothing is."""
        return [*self._of_document(), *self._of_controls(), *self._of_references()]

    def _of_document(self) -> Iterator[str]:
        (html,) = self.root.all("html")
        if html.attributes.get("lang") != "en":
            yield "no language"
        if len(self.root.all("h1")) != 1 or len(self.root.all("main")) != 1 or len(self.root.all("title")) != 1:
            yield "not one h1, one main and one title"
        ranks = [int(one.tag[1]) for one in self.root.all("h1", "h2", "h3", "h4")]
        if any(later > before + 1 for before, later in zip([0, *ranks], ranks, strict=False)):
            yield f"headings out of order: {ranks}"
        if self.root.all("script", "style"):
            yield "script or style in the page"
        for one in self.root.walk():
            if any(name.startswith("on") or name == "style" for name in one.attributes):
                yield f"script or style in {one.tag}"
            if one.tag == "fieldset" and [child.tag for child in one.children][:1] != ["legend"]:
                yield "a fieldset without legend"

    def _of_controls(self) -> Iterator[str]:
        labels = {one.attributes.get("for"): one.text for one in self.root.all("label")}
        seen = [one for one in self.root.all("input", *LABELLED) if one.attributes.get("type") != "hidden"]
        for one in seen:
            if not labels.get(one.attributes.get("id")):
                yield f"no label for {one.attributes}"
        said = [labels.get(one.attributes.get("id")) for one in seen]
        if len(said) != len(set(said)):
            yield f"two labels are the same: {said}"
        if any(not one.text for one in self.root.all("button", "a", "label", "legend", "th")):
            yield "something says nothing"

    def _of_references(self) -> Iterator[str]:
        ids = [one.attributes["id"] for one in self.root.walk() if "id" in one.attributes]
        if len(ids) != len(set(ids)):
            yield f"an id twice: {ids}"
        for one in self.root.walk():
            named = one.attributes.get("aria-describedby", "").split() + one.attributes.get("for", "").split()
            named += [one.attributes["href"][1:]] if one.attributes.get("href", "").startswith("#") else []
            for name in named:
                if name not in ids:
                    yield f"{one.tag} refers to {name}, which is not there"


def _value(control: Element) -> str:
    if control.tag == "textarea":
        return "".join(control.words)
    if control.tag == "select":
        options = control.all("option")
        chosen = [one for one in options if "selected" in one.attributes] or options
        return chosen[0].attributes["value"]
    return control.attributes.get("value", "")
