"""Attacks on tracks, times and rules, most of them by who has keys."""

import datetime as dt
from dataclasses import replace
from pathlib import Path

from tests.dossier import stories
from tests.dossier.attacks import FAILED, INCOMPLETE, PROVEN, SEALED, Case, attack, moved, told, true
from tests.dossier.stories import BRAMS, OURS, Story
from tests.rules.cast import BRAM, CARLA, DANI

from tweespoor.dossier.chunks import Body
from tweespoor.rules import facts
from tweespoor.rules.facts import Children, Ground, How, Kind, PauseCause, RoundCause

# True stories of many kinds -----------------------------------------------------------------------------


@attack(PROVEN, "receipts.right")
def true_as_it_went(path: Path) -> Case:
    return told(true(), path)


@attack(SEALED, "receipts.none")
def true_without_a_receipt(path: Path) -> Case:
    return told(true(), path, [])


@attack(PROVEN, "tracks.kept")
def true_kept_by_the_participant(path: Path) -> Case:
    return told(true(kept=True), path)


@attack(PROVEN, "pages.none")
def true_without_an_own_phone(path: Path) -> Case:
    return told(true(own_phone=False), path)


@attack(PROVEN, "tracks.withheld")
def true_with_minutes_withheld(path: Path) -> Case:
    story = true()
    story.own_minutes = True
    for tape in story.tapes.values():
        tape.where[2:4] = [Body.WITHHELD] * 2
    return told(story, path)


@attack(PROVEN, "tracks.withheld")
def true_with_a_whole_track_withheld_and_its_salt(path: Path) -> Case:
    story = true()
    story.tapes[BRAMS].where = [Body.WITHHELD] * 6
    story.disclosed = [one for one in story.all_disclosures() if (b"02" * 32) not in one]
    return told(story, path)


@attack(PROVEN, "gate.marked")
def true_with_a_newcomer_noticed_late(path: Path) -> Case:
    story = stories.started(stories.opened(Story()))
    stories.recorded(story, 4)
    story.add(facts.RecordingPaused, cause=PauseCause.SOMEONE_CAME)
    story.add(facts.NewcomerNoticed, seconds=0, since=story.now - 2500)
    story.add(facts.NewcomerLeftAgain, seconds=4)
    story.add(facts.RecordingResumed)
    story.checkpoint()
    story.add(facts.RecordingStopped)
    story.seal_tracks()
    story.add(facts.Exported, part=1)
    story.sign()
    return told(story, path)


@attack(PROVEN, "gate.marked")
def true_with_a_stop_that_arrived_late(path: Path) -> Case:
    story = stories.started(stories.opened(Story()))
    stories.recorded(story, 4)
    story.checkpoint()
    story.add(facts.AgreementEnded, since=story.now - 2500)
    story.seal_tracks()
    story.add(facts.Exported, part=1)
    story.sign()
    return told(story, path)


@attack(PROVEN, "gate.device-clock")
def true_by_the_clock_of_the_device(path: Path) -> Case:
    story = stories.started(stories.opened(Story()))
    stories.recorded(story, 3)
    tape = story.tapes[BRAMS]
    tape.places[-1] = tape.places[-1]._replace(begin_ms=tape.places[-2].begin_ms, by_device_clock=True)
    story.checkpoint()
    story.add(facts.RecordingStopped)
    story.seal_tracks()
    story.add(facts.Exported, part=1)
    story.sign()
    return told(story, path)


@attack(PROVEN, "tracks.covered")
def true_with_a_stretch_covered_by_law(path: Path) -> Case:
    story = stories.started(stories.opened(Story()))
    stories.recorded(story, 6)
    story.checkpoint()
    story.add(facts.RecordingStopped)
    story.seal_tracks()
    covered = story.tapes[OURS].places[2]
    story.add(
        facts.SpanCovered,
        part=1,
        span=facts.Span(covered.begin_ms, covered.begin_ms + 1500),
        ground=Ground.SECRET_ADDRESS,
    )
    for tape in story.tapes.values():
        tape.where[2:4] = [Body.WITHHELD] * 2
    story.add(facts.Exported, part=1)
    story.sign()
    return told(story, path)


@attack(PROVEN, "tracks.locked")
def true_with_a_part_locked(path: Path) -> Case:
    story = true()
    story.add(facts.PartLocked, part=1, ground=Ground.REQUEST, erasable_at=story.now + 1000)
    story.sign()
    story.disclosed = [one for one in story.all_disclosures() if b"salt_sha256" not in one]
    for tape in story.tapes.values():
        tape.where = [Body.WITHHELD] * len(tape.bodies)
    return told(story, path)


@attack(INCOMPLETE, "tracks.unsealed")
def incomplete_crash_before_the_stop(path: Path) -> Case:
    story = stories.started(stories.opened(Story()))
    stories.recorded(story, 3)
    story.checkpoint()
    stories.recorded(story, 2)
    return told(story, path, [])


@attack(INCOMPLETE, "tracks.interrupted")
def incomplete_a_device_that_never_came_back(path: Path) -> Case:
    story = stories.started(stories.opened(Story()))
    stories.recorded(story, 3)
    story.checkpoint()
    story.add(facts.RecordingStopped)
    story.seal_tracks(complete=False)
    return told(story, path)


@attack(INCOMPLETE, "tracks.erased")
def incomplete_erased(path: Path) -> Case:
    story = true()
    story.add(facts.PartLocked, part=1, ground=Ground.RETENTION_ENDED, erasable_at=story.now + 1000)
    story.add(facts.PartErased, seconds=5, part=1, ground=Ground.RETENTION_ENDED, certain_at=story.now + 30_000)
    story.sign()
    story.tapes.clear()
    return told(story, path)


@attack(INCOMPLETE, "checkpoints.tail")
def incomplete_unsigned_at_the_end(path: Path) -> Case:
    story = true()
    story.signed_at.pop()
    return told(story, path)


# Sound that was cut, swapped or added -------------------------------------------------------------------


def _without(story: Story, begin: int, end: int) -> Story:
    for tape in story.tapes.values():
        for rows in (tape.bodies, tape.places, tape.where):
            del rows[begin:end]
    return story


@attack(FAILED, "tracks.broken")
def cut_chunks_in_the_middle(path: Path) -> Case:
    return told(_without(true(), 1, 3), path)


@attack(FAILED, "tracks.broken")
def cut_chunks_and_number_the_rest_anew(path: Path) -> Case:
    story = _without(true(), 1, 3)
    for tape in story.tapes.values():
        tape.places = [place._replace(number=number) for number, place in enumerate(tape.places)]
    return told(story, path)


@attack(FAILED, "tracks.broken")
def cut_the_tail_of_a_track(path: Path) -> Case:
    return told(_without(true(), 4, 6), path)


@attack(FAILED, "tracks.broken")
def add_chunks_behind_the_seal(path: Path) -> Case:
    story = true()
    stories.recorded(story, 1)
    return told(story, path)


@attack(FAILED, "tracks.body")
def another_sound_in_a_chunk(path: Path) -> Case:
    story = true()
    tape = story.tapes[OURS]
    tape.leaves = [tape.leaf(n) for n in range(6)]
    tape.bodies[2] = tape.bodies[2][:-1] + b"\x00"
    return told(story, path)


@attack(FAILED, "tracks.body")
def two_chunks_swapped(path: Path) -> Case:
    story = true()
    tape = story.tapes[OURS]
    tape.leaves = [tape.leaf(n) for n in range(6)]
    tape.bodies[2], tape.bodies[3] = tape.bodies[3], tape.bodies[2]
    return told(story, path)


@attack(FAILED, "tracks.body")
def a_chunk_of_the_other_track(path: Path) -> Case:
    story = true()
    tape = story.tapes[OURS]
    tape.leaves = [tape.leaf(n) for n in range(6)]
    tape.bodies[2] = story.tapes[BRAMS].bodies[2]
    return told(story, path)


@attack(FAILED, "tracks.missing")
def a_track_that_is_missing(path: Path) -> Case:
    story = true()
    del story.tapes[BRAMS]
    return told(story, path)


@attack(FAILED, "tracks.unknown")
def a_track_that_the_journal_does_not_know(path: Path) -> Case:
    story = true()
    tape = story.tapes[OURS]
    story.tapes["0c" * 16] = replace(tape, track="0c" * 16, leaves=[tape.leaf(n) for n in range(6)])
    return told(story, path)


@attack(FAILED, "tracks.broken")
def called_kept_and_it_is_not(path: Path) -> Case:
    story = true()
    story.tapes[BRAMS].where = [Body.KEPT] * 6
    return told(story, path)


@attack(FAILED, "tracks.broken")
def without_the_salt_of_what_is_here(path: Path) -> Case:
    story = true()
    story.disclosed = []
    return told(story, path)


@attack(FAILED, "tracks.unknown")
def erased_and_still_here(path: Path) -> Case:
    story = true()
    story.add(facts.PartLocked, part=1, ground=Ground.RETENTION_ENDED, erasable_at=story.now + 1000)
    story.add(facts.PartErased, seconds=5, part=1, ground=Ground.RETENTION_ENDED, certain_at=story.now + 30_000)
    story.sign()
    return told(story, path)


# Times --------------------------------------------------------------------------------------------------


@attack(FAILED, "gate.outside")
def recorded_on_after_the_stop(path: Path) -> Case:
    """Every signature is right: the recorder simply went on."""
    story = stories.started(stories.opened(Story()))
    stories.recorded(story, 3)
    story.add(facts.AgreementEnded, since=story.now + 1000)
    stories.recorded(story, 3)
    story.seal_tracks()
    story.add(facts.Exported, part=1)
    story.sign()
    return told(story, path)


@attack(FAILED, "gate.outside")
def recorded_during_a_pause(path: Path) -> Case:
    story = stories.started(stories.opened(Story()))
    stories.recorded(story, 2)
    story.add(facts.RecordingPaused, cause=PauseCause.SOMEONE_CAME)
    stories.recorded(story, 2)
    story.add(facts.RecordingResumed)
    story.add(facts.RecordingStopped, seconds=3)
    story.seal_tracks()
    story.add(facts.Exported, part=1)
    story.sign()
    return told(story, path)


@attack(FAILED, "gate.outside")
def recorded_by_who_had_left(path: Path) -> Case:
    story = stories.started(stories.opened(Story()))
    story.add(facts.OwnAppStarted, seat=CARLA)
    stories.recorded(story, 2)
    story.add(facts.ParticipantLeft, seat=BRAM)
    stories.recorded(story, 2)
    story.add(facts.RecordingStopped)
    story.seal_tracks()
    story.add(facts.Exported, part=1)
    story.sign()
    return told(story, path)


@attack(FAILED, "tracks.broken")
def times_slid_over_a_stop(path: Path) -> Case:
    """The sound of after the stop is said to be from before it; the seal of the track knows when it was."""
    story = stories.started(stories.opened(Story()))
    stories.recorded(story, 3)
    story.add(facts.AgreementEnded, since=story.now + 1000)
    stories.recorded(story, 3)
    story.seal_tracks()
    story.add(facts.Exported, part=1)
    story.sign()
    for tape in story.tapes.values():
        tape.places = [
            place._replace(begin_ms=place.begin_ms - 4_000, end_ms=place.end_ms - 4_000) if n > 2 else place
            for n, place in enumerate(tape.places)
        ]
    return told(story, path)


@attack(FAILED, "gate.after-its-checkpoint")
def later_than_the_checkpoint_that_counts_it(path: Path) -> Case:
    story = true()
    at = next(n for n, fact in enumerate(story.facts) if isinstance(fact, facts.TrackCheckpoint))
    story.facts[at] = replace(story.facts[at], at=story.facts[at].at - 4_200)
    return told(story, path)


@attack(FAILED, "endorsements.broken")
def dated_back_to_before_the_certificate(path: Path) -> Case:
    story = moved(true(), -500 * 86_400_000)
    story.stamped = {}
    story.moment = dt.datetime(2027, 1, 16, tzinfo=dt.UTC)
    return told(story, path, [])


@attack(FAILED, "stamps.early")
def stamped_before_it_happened(path: Path) -> Case:
    story = moved(true(), 86_400_000)
    return told(story, path)


# Rules that were broken, with every signature right ----------------------------------------------------------


def _restarted(story: Story) -> Story:
    stories.recorded(story, 3)
    story.checkpoint()
    story.add(facts.RecordingStopped)
    story.seal_tracks()
    story.add(facts.Exported, part=1)
    story.sign()
    return story


@attack(FAILED, "rules.broken")
def rule_started_without_a_yes_of_all(path: Path) -> Case:
    """1b: Carla never said yes."""
    story = stories.opened(Story())
    story.facts = [fact for fact in story.facts if not (isinstance(fact, facts.ConsentGiven) and fact.seat == CARLA)]
    story.signed_at = [story.last]
    story.seen_by = {BRAM: [story.last]}
    return told(_restarted(stories.started(story)), path)


@attack(FAILED, "rules.broken")
def rule_a_participant_left_out(path: Path) -> Case:
    """0d: three were counted, two have a seat."""
    story = stories.opened(Story())
    story.facts = [fact for fact in story.facts if getattr(fact, "seat", None) != CARLA]
    story.signed_at = [story.last]
    story.seen_by = {BRAM: [story.last]}
    return told(_restarted(stories.started(story)), path)


@attack(FAILED, "rules.broken")
def rule_a_yes_from_before_the_question(path: Path) -> Case:
    """1b: a consent moved to before its round."""
    story = stories.opened(Story())
    yes = next(fact for fact in story.facts if isinstance(fact, facts.ConsentGiven) and fact.seat == CARLA)
    story.facts.remove(yes)
    at = next(n for n, fact in enumerate(story.facts) if isinstance(fact, facts.RoundOpened))
    story.facts.insert(at, replace(yes, at=story.facts[at].at))
    return told(_restarted(stories.started(story)), path)


@attack(FAILED, "rules.broken")
def rule_the_end_of_the_agreement_without_a_stop(path: Path) -> Case:
    story = stories.started(stories.opened(Story()))
    stories.recorded(story, 3)
    story.add(facts.AgreementEnded, since=story.now + 1000)
    story.facts = [fact for fact in story.facts if not isinstance(fact, facts.RecordingStopped)]
    story.seal_tracks()
    story.add(facts.Exported, part=1)
    story.sign()
    return told(story, path)


@attack(FAILED, "rules.broken")
def rule_the_stop_taken_out(path: Path) -> Case:
    """The end of the agreement and the stop are gone; what was closed was never stopped."""
    story = true()
    stop = next(n for n, fact in enumerate(story.facts) if isinstance(fact, facts.RecordingStopped))
    del story.facts[stop]
    story.signed_at = [at - (at >= stop) for at in story.signed_at]
    story.stamped = {}
    story.journal_keys[1] = ("later", story.journal_keys[1][1] - 1)
    return told(story, path, [])


@attack(FAILED, "rules.broken")
def rule_recorded_with_a_child_without_an_answer(path: Path) -> Case:
    """1c: the question about the child was never answered."""
    story = stories.opened(Story())
    counted, fact = next((n, one) for n, one in enumerate(story.facts) if isinstance(one, facts.PeopleCounted))
    story.facts[counted] = replace(fact, children=Children.DISCUSSED)
    return told(_restarted(stories.started(story)), path)


@attack(FAILED, "rules.broken")
def rule_somebody_came_and_it_went_on(path: Path) -> Case:
    story = stories.started(stories.opened(Story()))
    stories.recorded(story, 3)
    story.add(facts.NewcomerNoticed, since=story.now)
    story.facts = [fact for fact in story.facts if not isinstance(fact, facts.RecordingPaused)]
    story.add(facts.ParticipantJoined, seat=DANI, kind=Kind.YOUTH_12)
    story.facts = [fact for fact in story.facts if not isinstance(fact, facts.RecordingPaused)]
    return told(_restarted(story), path)


@attack(FAILED, "rules.broken")
def rule_asked_three_times(path: Path) -> Case:
    """1b: asking again after a no happens once."""
    story = stories.opened(Story())
    story.add(facts.RoundOpened, round=2, cause=RoundCause.AGAIN)
    story.add(facts.RoundEndedWithoutAgreement, round=2)
    story.add(facts.RoundOpened, round=3, cause=RoundCause.AGAIN)
    story.add(facts.RoundEndedWithoutAgreement, round=3)
    story.sign()
    return told(story, path, [])


@attack(FAILED, "rules.broken")
def rule_a_sealed_track_that_grows(path: Path) -> Case:
    story = true()
    story.add(facts.TrackCheckpoint, tracks=(story.tapes[OURS].head(5),))
    story.sign()
    return told(story, path)


@attack(FAILED, "receipts.differs")
def everything_made_anew_with_all_keys(path: Path) -> Case:
    """The organisation writes another story, devices and all; only who kept a receipt can tell."""
    receipt = true().receipt()
    story = stories.opened(Story(), own_phone=False)
    story = stories.started(story)
    stories.recorded(story, 5, ends=True)
    story.add(facts.RecordingStopped)
    story.seal_tracks()
    story.add(facts.DossierFiled, dossier_sha256="00" * 32)
    story.disclosed = [one for one in story.all_disclosures() if b"dossier" not in one]
    for _ in range(4):
        story.add(facts.Exported, part=1)
    story.sign()
    return told(story, path, [receipt])


@attack(SEALED, "receipts.none")
def everything_made_anew_and_no_receipt(path: Path) -> Case:
    """What cannot be caught without a receipt is never called proven."""
    case = everything_made_anew_with_all_keys(path)
    return Case(case.path, [], case.roots)


@attack(FAILED, "receipts.differs")
def two_bundles_of_one_conversation(path: Path) -> Case:
    """Bram was shown one, Carla another: his receipt does not fit hers."""
    other = stories.opened(Story())
    other.facts = [
        replace(fact, how=How.SLIP) if isinstance(fact, facts.ConsentGiven) and fact.seat == CARLA else fact
        for fact in other.facts
    ]
    _restarted(stories.started(other))
    for _ in range(3):
        other.add(facts.Exported, part=1)
    other.sign()
    return told(other, path, [true().receipt()])
