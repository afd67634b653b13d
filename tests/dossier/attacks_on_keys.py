"""Attacks on what was signed: seals, time stamps, endorsements, checkpoints, yeses, disclosures, receipts."""

import datetime as dt
import json
from collections.abc import Callable
from dataclasses import replace
from hashlib import sha256
from pathlib import Path

from cryptography.x509.oid import ExtendedKeyUsageOID
from tests.dossier import stories
from tests.dossier.attacks import FAILED, INTACT, PROVEN, SEALED, Case, attack, believed, told, true, true_files
from tests.dossier.stories import Story
from tests.rules.cast import BRAM, CARLA
from tests.seal import asn1
from tests.seal.asn1 import Wrong

from tweespoor.dossier import bundle, members, statements
from tweespoor.seal import signing
from tweespoor.seal.certificates import make_seal

# The seal -------------------------------------------------------------------------------------------------


def _sealed(path: Path, sign: Callable[[bytes], bytes]) -> Case:
    """Give the true members with another signature and a time stamp over it."""
    files = true_files()
    files[members.SIGNATURE] = sign(files[members.SEALED])
    digests = {name: sha256(content).digest() for name, content in files.items()}
    files[members.TIMED] = members.timed_manifest(digests)
    files[members.STAMP] = true().stamp(sha256(files[members.TIMED]).digest()) or b""
    return believed(stories.packed(path, files), receipt=False)


def _signed(path: Path, wrong: Wrong) -> Case:
    return _sealed(path, lambda content: asn1.signed(content, true().seal(), wrong=wrong))


@attack(SEALED)
def true_sealed_again(path: Path) -> Case:
    return _signed(path, Wrong())


@attack(FAILED, "seal.broken")
def seal_by_two(path: Path) -> Case:
    return _signed(path, Wrong(signers=2))


@attack(FAILED, "seal.broken")
def seal_by_nobody(path: Path) -> Case:
    return _signed(path, Wrong(signers=0))


@attack(FAILED, "seal.broken")
def seal_that_names_no_certificate(path: Path) -> Case:
    return _signed(path, Wrong(without=("certificate",)))


@attack(FAILED, "seal.broken")
def seal_that_names_its_certificate_by_a_weak_hash(path: Path) -> Case:
    return _signed(path, Wrong(old=True))


@attack(FAILED, "seal.broken")
def seal_that_names_another_certificate(path: Path) -> Case:
    return _signed(path, Wrong(named=bytes(32)))


@attack(FAILED, "seal.broken")
def seal_over_other_bytes(path: Path) -> Case:
    return _sealed(path, lambda _: asn1.signed(b"something else", true().seal()))


@attack(FAILED, "seal.broken")
def seal_with_a_digest_of_its_own(path: Path) -> Case:
    return _signed(path, Wrong(digest=bytes(32)))


@attack(FAILED, "seal.broken")
def seal_with_an_attribute_twice(path: Path) -> Case:
    return _signed(path, Wrong(twice="digest"))


@attack(FAILED, "seal.broken")
def seal_with_bytes_behind(path: Path) -> Case:
    return _signed(path, Wrong(behind=b"\0"))


@attack(FAILED, "seal.broken")
def seal_of_noise(path: Path) -> Case:
    return _sealed(path, lambda _: b"\x30\x84\xff\xff\xff\xff" + bytes(100))


@attack(FAILED, "seal.broken")
def seal_by_a_root_that_may_only_issue(path: Path) -> Case:
    return _sealed(path, lambda content: asn1.signed(content, asn1.organisation()[0]))


@attack(FAILED, "endorsements.broken")
def seal_of_a_stranger(path: Path) -> Case:
    """Whoever has the file seals it with a certificate of the same name; the journal's key was endorsed by another."""
    return _sealed(path, lambda content: asn1.signed(content, asn1.organisation("Organisatie ")[1]))


@attack(INTACT, "seal.untrusted")
def all_by_a_stranger_with_the_same_name(path: Path) -> Case:
    story = true()
    story.organisation = "Organisatie "
    return Case(story.build(path), [], story.roots())


@attack(FAILED, "receipts.broken")
def all_by_a_stranger_and_the_true_receipt(path: Path) -> Case:
    receipt = true().receipt()
    story = true()
    story.organisation = "Organisatie "
    return Case(story.build(path), [receipt], story.roots())


@attack(PROVEN, "seal.trusted")
def true_with_the_root_that_the_receipt_names(path: Path) -> Case:
    """A receipt from outside brings the organisation's root along; the authority's must come apart."""
    story = true()
    return Case(story.build(path), [story.receipt()], story.roots()[1:])


@attack(INTACT, "time.untrusted")
def true_without_any_root(path: Path) -> Case:
    story = true()
    return Case(story.build(path), [story.receipt()], [])


# Time -----------------------------------------------------------------------------------------------------


def _stamped(path: Path, token: Callable[[bytes], bytes]) -> Case:
    files = true_files()
    files[members.STAMP] = token(sha256(files[members.TIMED]).digest())
    return believed(stories.packed(path, files), receipt=False)


def _token(path: Path, wrong: Wrong = asn1.RIGHT, **how: object) -> Case:
    return _stamped(path, lambda digest: asn1.token(digest, asn1.authority()[1], wrong=wrong, **how))  # type: ignore[arg-type]


@attack(SEALED, "time.trusted")
def true_stamped_again(path: Path) -> Case:
    return _token(path)


@attack(SEALED, "time.trusted")
def true_stamped_in_the_old_way(path: Path) -> Case:
    return _token(path, Wrong(old=True))


@attack(FAILED, "time.broken")
def time_of_other_bytes(path: Path) -> Case:
    return _stamped(path, lambda _: asn1.token(bytes(32), asn1.authority()[1]))


@attack(FAILED, "time.broken")
def time_by_two(path: Path) -> Case:
    return _token(path, Wrong(signers=2))


@attack(FAILED, "time.broken")
def time_of_another_version(path: Path) -> Case:
    return _token(path, version=2)


@attack(FAILED, "time.broken")
def time_that_is_no_time(path: Path) -> Case:
    return _token(path, time=b"20270230080000Z")


@attack(FAILED, "time.broken")
def time_of_another_zone(path: Path) -> Case:
    return _token(path, time=b"20270115080000+0100")


@attack(FAILED, "time.broken")
def time_with_what_must_be_understood(path: Path) -> Case:
    unknown = asn1.seq(asn1.oid("1.2.3.4"), b"\x01\x01\xff", asn1.octets(b""))
    return _token(path, more=asn1.tlv(0xA1, unknown))


@attack(FAILED, "time.broken")
def time_by_a_certificate_for_something_else(path: Path) -> Case:
    server = asn1.authority("Tijd", (ExtendedKeyUsageOID.SERVER_AUTH,))[1]
    return _stamped(path, lambda digest: asn1.token(digest, server))


@attack(FAILED, "time.broken")
def time_by_a_certificate_for_two_things(path: Path) -> Case:
    both = asn1.authority("Tijd", (ExtendedKeyUsageOID.TIME_STAMPING, ExtendedKeyUsageOID.CODE_SIGNING))[1]
    return _stamped(path, lambda digest: asn1.token(digest, both))


@attack(FAILED, "time.broken")
def time_by_a_certificate_that_does_not_insist(path: Path) -> Case:
    loose = asn1.authority("Tijd", critical=False)[1]
    return _stamped(path, lambda digest: asn1.token(digest, loose))


@attack(INTACT, "time.untrusted")
def time_by_an_authority_of_ones_own(path: Path) -> Case:
    own = asn1.authority("Andere tijd")[1]
    return _stamped(path, lambda digest: asn1.token(digest, own))


@attack(INTACT, "time.untrusted")
def time_by_the_organisation_itself(path: Path) -> Case:
    """Who seals cannot also say when, even with a certificate for it below a root that is trusted."""
    own = asn1.authority("Eigen tijd", under="Organisatie")[1]
    return _stamped(path, lambda digest: asn1.token(digest, own))


@attack(INTACT, "time.untrusted")
def time_from_after_the_certificate_ended(path: Path) -> Case:
    moment = asn1.NOW + dt.timedelta(days=20_000)
    return _stamped(path, lambda digest: asn1.token(digest, asn1.authority()[1], moment))


@attack(FAILED, "stamps.broken")
def stamp_on_another_head(path: Path) -> Case:
    files = true_files()
    stamp = next(name for name in files if members.HEAD_STAMP.match(name))
    files[members.head_stamp(3)] = files.pop(stamp)
    return believed(stories.packed(path, stories.manifested(files, true())), receipt=False)


# Endorsements and checkpoints -----------------------------------------------------------------------------


@attack(FAILED, "checkpoints.outside")
def checkpoint_by_another_key(path: Path) -> Case:
    story = true()
    story.checkpoints = story.all_checkpoints()
    story.checkpoints[1] = story.checkpoint_of(story.signed_at[1], by="stranger")
    return told(story, path)


@attack(FAILED, "checkpoints.outside")
def checkpoint_of_an_old_entry_by_a_later_key(path: Path) -> Case:
    story = true()
    story.checkpoints = story.all_checkpoints()
    story.checkpoints[1] = story.checkpoint_of(story.signed_at[1], by="later")
    return told(story, path)


@attack(FAILED, "checkpoints.outside")
def checkpoint_of_a_later_entry_by_an_old_key(path: Path) -> Case:
    story = true()
    story.checkpoints = story.all_checkpoints()
    story.checkpoints[-1] = story.checkpoint_of(story.last, by="journal")
    return told(story, path)


@attack(FAILED, "checkpoints.broken")
def checkpoint_of_another_head(path: Path) -> Case:
    story = true()
    story.checkpoints = story.all_checkpoints()
    at = story.signed_at[1]
    says = json.loads(story.checkpoints[1]) | {"head": story.heads()[0]}
    del says["signature"]
    story.checkpoints[1] = story.state("checkpoint", says, story.key_for(at))
    return told(story, path)


@attack(FAILED, "checkpoints.broken")
def checkpoint_from_before_its_entry(path: Path) -> Case:
    story = true()
    story.checkpoints = story.all_checkpoints()
    at = story.signed_at[1]
    story.checkpoints[1] = story.checkpoint_of(at, at=story.facts[at].at - 1)
    return told(story, path)


@attack(FAILED, "checkpoints.broken")
def checkpoint_with_another_signature(path: Path) -> Case:
    story = true()
    story.checkpoints = story.all_checkpoints()
    first, second = (json.loads(line) for line in story.checkpoints[:2])
    story.checkpoints[1] = statements.canonical(second | {"signature": first["signature"]})
    return told(story, path)


@attack(FAILED, "checkpoints.broken")
def checkpoints_in_another_order(path: Path) -> Case:
    story = true()
    story.checkpoints = story.all_checkpoints()[::-1]
    return told(story, path)


@attack(FAILED, "checkpoints.broken")
def checkpoint_that_is_a_receipt(path: Path) -> Case:
    """A signature under one kind of statement is none under another."""
    story = true()
    story.checkpoints = story.all_checkpoints()
    says = json.loads(story.checkpoints[1])
    del says["signature"]
    story.checkpoints[1] = story.state("receipt", says, story.key_for(story.signed_at[1]))
    return told(story, path)


@attack(FAILED, "endorsements.broken")
def endorsement_by_the_key_itself(path: Path) -> Case:
    story = true()
    story.endorsements = story.all_endorsements()
    says = json.loads(story.endorsements[0])
    del says["signature"]
    story.endorsements[0] = story.state("endorsement", says, "journal")
    return told(story, path)


def _endorsed(story: Story, which: int, **changed: object) -> None:
    """Let the organisation endorse something else."""
    story.endorsements = story.all_endorsements()
    says = json.loads(story.endorsements[which]) | changed
    del says["signature"], says["certificate"]
    story.endorsements[which] = story.by_organisation("endorsement", says)


@attack(FAILED, "endorsements.broken")
def endorsement_with_a_gap_in_its_numbers(path: Path) -> Case:
    story = true()
    _endorsed(story, 1, number=2)
    return told(story, path)


@attack(FAILED, "endorsements.broken")
def endorsement_of_a_key_twice(path: Path) -> Case:
    story = true()
    _endorsed(story, 1, public=signing.public(stories.key("journal")).hex())
    return told(story, path)


@attack(FAILED, "endorsements.broken")
def endorsement_that_does_not_begin_at_the_beginning(path: Path) -> Case:
    story = true()
    _endorsed(story, 0, first=1)
    return told(story, path)


@attack(FAILED, "endorsements.broken")
def endorsement_long_after_it_was_used(path: Path) -> Case:
    story = true()
    _endorsed(story, 0, at=story.now + 86_400_000)
    return told(story, path)


@attack(FAILED, "endorsements.broken")
def endorsement_of_a_point_beside_the_curve(path: Path) -> Case:
    story = true()
    public = signing.public(stories.key("journal"))
    _endorsed(story, 0, public=(public[:-1] + bytes([public[-1] ^ 1])).hex())
    return told(story, path)


@attack(PROVEN, "endorsements.right")
def true_with_a_renewed_seal(path: Path) -> Case:
    """The first key was endorsed by the certificate of before: both lead to one root."""
    story = true()
    root, before = asn1.organisation()
    story.endorsements = story.all_endorsements()
    receipt = story.receipt()
    renewed = make_seal("Organisatie", root, asn1.NOW - dt.timedelta(days=1), 5)
    contents = story.contents()
    with_both = replace(contents, certificates=[*contents.certificates, asn1.der(renewed.certificates[0])])
    path.unlink(missing_ok=True)
    bundle.write(path, with_both, lambda content: asn1.signed(content, renewed), story.stamp)
    assert before.certificates[0] != renewed.certificates[0]
    return Case(path, [receipt], story.roots())


# What pages signed ------------------------------------------------------------------------------------------


@attack(FAILED, "pages.yes-missing")
def yes_without_its_signature(path: Path) -> Case:
    story = true()
    story.pages = story.all_pages()[1:]
    return told(story, path)


@attack(FAILED, "pages.yes-missing")
def yes_signed_by_another_page(path: Path) -> Case:
    story = true()
    story.pages = [story.yes_of(BRAM, by="stranger"), *story.all_pages()[1:]]
    return told(story, path)


@attack(FAILED, "pages.broken")
def yes_to_other_agreements(path: Path) -> Case:
    story = true()
    story.pages = [story.yes_of(BRAM, items=(1, 0, 0, 0, 0, 0, 0)), *story.all_pages()[1:]]
    return told(story, path)


@attack(FAILED, "pages.broken")
def yes_with_another_signature(path: Path) -> Case:
    story = true()
    first, second = story.all_pages()[:2]
    says = json.loads(first) | {"signature": json.loads(second)["signature"]}
    story.pages = [statements.canonical(says), *story.all_pages()[1:]]
    return told(story, path)


@attack(FAILED, "pages.outside")
def yes_that_no_entry_names(path: Path) -> Case:
    story = true()
    pages = story.all_pages()
    story.pages = [pages[0], story.yes_of(CARLA), *pages[1:]]
    return told(story, path)


@attack(FAILED, "pages.outside")
def seen_after_the_agreement_had_ended(path: Path) -> Case:
    story = true()
    story.seen_by[BRAM].append(story.last)
    return told(story, path)


@attack(FAILED, "pages.broken")
def seen_another_head(path: Path) -> Case:
    story = true()
    pages = story.all_pages()
    says = json.loads(pages[1]) | {"head": story.heads()[0]}
    del says["signature"]
    story.pages = [pages[0], story.state("seen", says, f"page {BRAM}"), *pages[2:]]
    return told(story, path)


# Disclosures ------------------------------------------------------------------------------------------------


def _disclosed(path: Path, change: Callable[[list[bytes]], list[bytes]]) -> Case:
    story = true()
    story.disclosed = change(story.all_disclosures())
    return told(story, path)


@attack(FAILED, "disclosures.broken")
def disclosure_of_another_value(path: Path) -> Case:
    return _disclosed(path, lambda lines: [line.replace(b"D-2027-17", b"D-2027-18") for line in lines])


@attack(FAILED, "disclosures.broken")
def disclosure_of_what_is_no_commitment(path: Path) -> Case:
    return _disclosed(path, lambda lines: [stories.disclosed("dossier_sha256", 2, bytes(32), "x"), *lines])


@attack(FAILED, "disclosures.broken")
def disclosure_of_an_entry_that_is_not_there(path: Path) -> Case:
    return _disclosed(path, lambda lines: [*lines, stories.disclosed("dossier_sha256", 99, bytes(32), "x")])


@attack(FAILED, "disclosures.broken")
def disclosures_in_another_order(path: Path) -> Case:
    return _disclosed(path, lambda lines: lines[::-1])


@attack(PROVEN, "receipts.right")
def true_with_a_disclosure_withheld(path: Path) -> Case:
    return _disclosed(path, lambda lines: lines[:-1])


# Receipts -----------------------------------------------------------------------------------------------------


def _receipt(path: Path, *receipts: bytes) -> Case:
    story = true()
    return told(story, path, receipts)


@attack(PROVEN, "receipts.unsigned")
def true_with_a_code(path: Path) -> Case:
    return _receipt(path, true().code().upper().replace("-", " ").encode())


@attack(FAILED, "receipts.broken")
def receipt_forged(path: Path) -> Case:
    says = json.loads(true().receipt())
    del says["signature"]
    return _receipt(path, true().state("receipt", says, "forger"))


@attack(FAILED, "receipts.broken")
def receipt_of_another_organisation(path: Path) -> Case:
    other = true()
    other.organisation = "Een andere"
    return _receipt(path, other.receipt())


@attack(FAILED, "receipts.broken")
def receipt_with_another_root(path: Path) -> Case:
    story = true()
    says = json.loads(story.receipt()) | {"root": "00" * 32}
    del says["signature"], says["certificate"]
    return _receipt(path, story.by_organisation("receipt", says))


@attack(FAILED, "receipts.other-conversation")
def receipt_of_another_conversation(path: Path) -> Case:
    story = true()
    says = json.loads(story.receipt()) | {"conversation": "ab" * 16}
    del says["signature"], says["certificate"]
    return _receipt(path, story.by_organisation("receipt", says))


@attack(SEALED, "receipts.early")
def receipt_from_before_the_last_sound(path: Path) -> Case:
    return _receipt(path, true().receipt(12))


@attack(FAILED, "receipts.differs")
def receipt_code_of_another_head(path: Path) -> Case:
    code = true().code()
    return _receipt(path, (code[:-4] + ("0000" if code[-4:] != "0000" else "1111")).encode())


@attack(FAILED, "receipts.two-truths")
def receipts_that_contradict_each_other(path: Path) -> Case:
    story = true()
    at = story.sealing()
    says = json.loads(story.receipt()) | {"head": story.heads()[at - 1]}
    del says["signature"], says["certificate"]
    return _receipt(path, story.receipt(), story.by_organisation("receipt", says))
