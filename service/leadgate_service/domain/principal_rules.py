"""Rules of the principals: each has no more purposes and fields than its roles need (GDPR Art. 25(2); R-011, R-066)."""

from collections.abc import Iterator

from leadgate_service.domain.access import MARKETING_REFUSED_FIELDS, ROLE_PURPOSES, Principal, Purpose, Role
from leadgate_service.domain.policy import PolicyDocument
from leadgate_service.domain.violation import Path, Violation, names_are_unique

_ASSESSED_PURPOSES = frozenset({Purpose.RELEVANCE, Purpose.OUTREACH, Purpose.CUSTOMER_NEEDS})
"""Purposes that rest on legitimate interest. The others are duties of law (GDPR Art. 6(1)(c))."""


def principals_are_minimal(document: PolicyDocument) -> Iterator[Violation]:
    """Every principal has its own name, purposes of its roles, and marketing fields only with the role and advice."""
    yield from names_are_unique("principals", [principal.name for principal in document.principals])
    for index, principal in enumerate(document.principals):
        yield from _purposes_are_narrower(principal, ("principals", index, "purposes"))
        yield from _marketing_fits_role(principal, ("principals", index, "marketing"))
        yield from _marketing_fields_are_advised(principal, ("principals", index, "marketing", "fields"))


def marketing_fields_are_kept(document: PolicyDocument) -> Iterator[Violation]:
    """Marketing tools list only fields that the policy keeps."""
    for index, principal in enumerate(document.principals):
        wanted = principal.marketing.fields if principal.marketing is not None else frozenset()
        for field in sorted(wanted - document.fields):
            yield Violation(
                path=("principals", index, "marketing", "fields"),
                reason=f"lists {field}, which the policy does not keep",
                remedy=f"take {field} out",
            )


def purposes_are_assessed(document: PolicyDocument) -> Iterator[Violation]:
    """The assessment covers every purpose that rests on it and that a principal has (R-009)."""
    needed = _ASSESSED_PURPOSES & frozenset[Purpose]().union(*map(_allowed_purposes, document.principals))
    for purpose in sorted(needed - document.assessment.coverage.purposes):
        yield Violation(
            path=("assessment", "coverage", "purposes"),
            reason=f"does not cover {purpose}, for which a principal may read (R-009)",
            remedy=f"assess {purpose} and add it here, or narrow the purposes of the principals",
        )


def _purposes_are_narrower(principal: Principal, path: Path) -> Iterator[Violation]:
    for purpose in sorted((principal.purposes or frozenset()) - _role_purposes(principal)):
        yield Violation(
            path=path,
            reason=f"lists {purpose}, which none of the roles has (R-011)",
            remedy="list only purposes of the roles, or leave purposes out to have them all",
        )


def _marketing_fits_role(principal: Principal, path: Path) -> Iterator[Violation]:
    has_role = Role.MARKETING in principal.roles
    if has_role and principal.marketing is None:
        yield Violation(
            path=path,
            reason="is missing: a marketing tool is registered with its name and its fields (R-066)",
            remedy="add marketing: with tool: and fields:",
        )
    if principal.marketing is not None and not has_role:
        yield Violation(
            path=path,
            reason="has no effect without the role marketing",
            remedy="add marketing to roles, or remove this key",
        )


def _marketing_fields_are_advised(principal: Principal, path: Path) -> Iterator[Violation]:
    wanted = principal.marketing.fields if principal.marketing is not None else frozenset()
    for field in sorted(wanted & MARKETING_REFUSED_FIELDS):
        yield Violation(
            path=path,
            reason=f"lists {field}, which marketing cannot have before contact advice exists (R-012)",
            remedy=f"take {field} out",
        )


def _allowed_purposes(principal: Principal) -> frozenset[Purpose]:
    of_roles = _role_purposes(principal)
    return of_roles if principal.purposes is None else of_roles & principal.purposes


def _role_purposes(principal: Principal) -> frozenset[Purpose]:
    return frozenset[Purpose]().union(*(ROLE_PURPOSES[role] for role in principal.roles))
