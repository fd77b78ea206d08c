// SPDX-License-Identifier: Apache-2.0
package io.jswarm.raft.chaos;

import static org.assertj.core.api.Assertions.assertThat;

import io.jswarm.raft.chaos.ControlClient.Answer;
import io.jswarm.raft.chaos.ControlClient.Outcome;
import io.jswarm.raft.chaos.Ledger.Kind;
import io.jswarm.raft.chaos.Ledger.Op;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class LedgerTest {
  private static final int KEY = 7;

  private final List<Op> judged = new ArrayList<>();
  private final Ledger ledger =
      new Ledger(
          history -> {
            judged.addAll(history);
            return Optional.empty();
          });
  private int numbers;

  @Test
  void whatIsAsItShouldBeIsNotBlamed() {
    Op put = ok(put(1), "1 true");
    Op read = ok(ledger.read(KEY, 1), "1 " + put.id + " 1");
    Op cas = ok(cas(1, 1), "2 true");
    Op refused = finish(put(2), Outcome.FAIL, "not the leader");
    Op vain = ok(cas(1, 1), "3 false");
    Op unknown = finish(put(3), Outcome.UNKNOWN, "");
    assertThat(check(put.id, cas.id, vain.id)).isEmpty();
    assertThat(judged).containsExactly(put, read, cas, refused, vain, unknown);
    assertThat(check(unknown.id)).isEmpty();
    ok(ledger.read(KEY, 1), "4 " + unknown.id + " 4");
    assertThat(check()).isEmpty();
    assertThat(ledger.counts().sum()).isZero();
  }

  @Test
  void anAcknowledgedWriteThatNobodyAppliedIsLost() {
    Op first = ok(put(1), "1 true");
    ok(put(2), "2 true");
    assertThat(check(first.id)).singleElement().asString().startsWith("lost: PUT 2/");
    assertThat(ledger.counts().lost()).isEqualTo(1);
  }

  @Test
  void aWriteAppliedAgainIsNoticedInALaterRoundToo() {
    Op put = ok(put(1), "1 true");
    assertThat(check(put.id)).isEmpty();
    assertThat(check(put.id)).anyMatch(problem -> problem.startsWith("applied twice: "));
  }

  @Test
  void aRefusedWriteMustNotBeApplied() {
    Op put = finish(put(1), Outcome.FAIL, "not the leader");
    assertThat(check(put.id)).singleElement().asString().startsWith("refused: ");
  }

  @Test
  void aWriteIsWhereItsAnswerSaid() {
    Op one = ok(put(1), "2 true");
    Op two = finish(put(2), Outcome.UNKNOWN, "");
    assertThat(check(one.id, two.id)).singleElement().asString().startsWith("elsewhere: ");
  }

  @Test
  void aReadFromBeforeAnAcknowledgedWriteIsOutOfTime() {
    Op one = ok(put(1), "1 true");
    Op two = ok(put(2), "2 true");
    ok(ledger.read(KEY, 3), "1 " + one.id + " 1");
    assertThat(check(one.id, two.id)).singleElement().asString().startsWith("out of time: ");
  }

  @Test
  void aReadAtAnEarlierRoundsPositionIsStale() {
    Op one = ok(put(1), "1 true");
    Op two = ok(put(1), "2 true");
    assertThat(check(one.id, two.id)).isEmpty();
    ok(ledger.read(KEY, 3), "1 " + one.id + " 1");
    assertThat(check()).singleElement().asString().startsWith("stale or early: ");
  }

  @Test
  void aReadShowsWhatIsThere() {
    Op one = ok(put(1), "1 true");
    Op two = ok(put(1), "2 true");
    ok(ledger.read(KEY, 3), "2 " + one.id + " 1");
    assertThat(check(one.id, two.id)).singleElement().asString().startsWith("wrong value: ");
  }

  @Test
  void aCasIsToldWhetherItTookEffect() {
    Op put = ok(put(1), "1 true");
    Op cas = ok(cas(1, 0), "2 true");
    assertThat(check(put.id, cas.id)).singleElement().asString().startsWith("wrong answer: ");
  }

  @Test
  void positionsFollowRealTime() {
    Op one = ok(put(1), "2 true");
    Op two = ok(put(2), "1 true");
    assertThat(check(two.id, one.id)).singleElement().asString().startsWith("out of time: ");
  }

  @Test
  void whatWasProposedLaterIsNotAppliedWithoutWhatWasBefore() {
    Op first = finish(put(1), Outcome.UNKNOWN, "");
    Op second = ok(put(1), "1 true");
    assertThat(check(second.id)).singleElement().asString().startsWith("out of order: ");
    assertThat(first.outcome()).isEqualTo(Outcome.UNKNOWN);
  }

  @Test
  void anEntryThatNobodyAskedForIsNoticed() {
    assertThat(check(12_345L)).singleElement().asString().startsWith("nobody's: ");
  }

  private Op put(int client) {
    return ledger.write(Kind.PUT, Registers.Operation.id(client, ++numbers), KEY, 0, client);
  }

  private Op cas(int client, long expected) {
    return ledger.write(Kind.CAS, Registers.Operation.id(client, ++numbers), KEY, expected, client);
  }

  private Op ok(Op op, String text) {
    return finish(op, Outcome.OK, text);
  }

  private Op finish(Op op, Outcome outcome, String text) {
    ledger.finish(op, new Answer(outcome, text));
    return op;
  }

  private List<String> check(Long... applied) {
    return ledger.check(List.of(applied), KEY, KEY, 0);
  }
}
