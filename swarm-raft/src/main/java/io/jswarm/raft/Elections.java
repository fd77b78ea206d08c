// SPDX-License-Identifier: Apache-2.0
package io.jswarm.raft;

import io.atomix.cluster.MemberId;
import io.atomix.protocols.raft.RaftServer.Role;
import io.atomix.protocols.raft.cluster.impl.RaftMemberContext;
import io.atomix.protocols.raft.roles.RaftRole;
import io.jswarm.loop.EventLoop;
import io.jswarm.loop.RandomSource;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * When to stand for election and when to step down. The vote itself is Atomix's; the timers around
 * it are here, on the loop's monotonic time.
 *
 * <p>Before it stands, a manager asks the others whether they hear of no leader either (Raft thesis
 * §9.6): those that do say no, so one that is cut off or slow disturbs nobody. A connection to the
 * leader that breaks makes it ask at once. A leader that no quorum answers steps down (§6.2).
 *
 * <p>Raft loop only.
 */
final class Elections {
  private static final Logger LOG = LoggerFactory.getLogger(Elections.class);

  private final Engine engine;
  private final EventLoop loop;
  private final RandomSource random;
  private final Duration timeout;
  private final Duration heartbeat;

  /** When each manager last answered, for the leader. */
  private final Map<MemberId, Long> answers = new HashMap<>();

  private long heard;
  private long ledSince;
  private EventLoop.@Nullable Timer timer;

  /** Counts polls, so that answers to an earlier one do not count. */
  private long poll;

  private boolean stopped;

  Elections(Engine engine, EventLoop loop, RandomSource random, RaftSettings settings) {
    this.engine = engine;
    this.loop = loop;
    this.random = random;
    this.timeout = settings.electionTimeout();
    this.heartbeat = settings.heartbeat();
  }

  /** Begins; a manager that is alone need not wait for anybody. */
  void start() {
    heard = loop.nanoTime();
    onRole(engine.raft().getRole());
  }

  void stop() {
    stopped = true;
    cancel();
  }

  void onRole(Role role) {
    cancel();
    poll++;
    if (stopped) {
      return;
    }
    switch (role) {
      case FOLLOWER -> {
        heard = loop.nanoTime();
        if (others().isEmpty() && engine.isVoter()) {
          schedule(Duration.ZERO, this::timedOut);
        } else {
          await();
        }
      }
      case CANDIDATE -> schedule(spread(timeout), this::electionFailed);
      case LEADER -> {
        ledSince = loop.nanoTime();
        answers.clear();
        schedule(heartbeat, this::beat);
      }
      default -> {}
    }
  }

  /** An append or a piece of a snapshot came from the leader of this term. */
  void heardFromLeader() {
    heard = loop.nanoTime();
    poll++;
  }

  /** A vote was given: its candidate has some time. */
  void voted() {
    heard = loop.nanoTime();
  }

  void answered(MemberId member) {
    answers.put(member, loop.nanoTime());
  }

  boolean isReachable(MemberId member) {
    Long at = answers.get(member);
    return at != null && loop.nanoTime() - at < 2 * timeout.toNanos();
  }

  /** The connection to a manager broke. */
  void broken(MemberId member) {
    if (engine.raft().hasRole(Role.FOLLOWER) && member.equals(engine.raft().leaderId())) {
      cancel();
      heard = loop.nanoTime() - timeout.toNanos();
      schedule(
          Duration.ofNanos((long) (random.nextDouble() * heartbeat.toNanos())), this::timedOut);
    }
  }

  private void await() {
    schedule(spread(timeout), this::look);
  }

  private void look() {
    if (engine.isReceivingSnapshot()) {
      heard = loop.nanoTime(); // the leader waits for this manager
    }
    long silent = loop.nanoTime() - heard;
    if (silent >= timeout.toNanos()) {
      timedOut();
    } else {
      schedule(spread(timeout).minusNanos(silent), this::look);
    }
  }

  private void timedOut() {
    ManagerContext raft = engine.raft();
    if (!raft.hasRole(Role.FOLLOWER) || !engine.isVoter()) {
      return;
    }
    raft.setLeader(null);
    long number = ++poll;
    List<MemberId> others = others();
    if (others.isEmpty()) {
      raft.transition(Role.CANDIDATE);
      return;
    }
    await();
    if (engine.journal().isFull()) {
      return; // it could not lead; the others are asked by whoever has room
    }
    MessageCodec.Poll question =
        new MessageCodec.Poll(
            raft.getTerm(), engine.journal().lastIndex(), engine.journal().lastTerm());
    int[] agreed = {1};
    for (MemberId member : others) {
      engine.whenDone(
          engine.peers().call(member, Frame.Type.POLL, question.toBytes(), timeout),
          (body, error) -> {
            if (error == null) {
              polled(number, MessageCodec.Answer.of(body), agreed);
            }
          });
    }
  }

  private void polled(long number, MessageCodec.Answer answer, int[] agreed) {
    ManagerContext raft = engine.raft();
    if (number != poll || !raft.hasRole(Role.FOLLOWER)) {
      return;
    }
    if (answer.term() > raft.getTerm()) {
      raft.setTerm(answer.term());
    }
    if (answer.yes() && ++agreed[0] == raft.getCluster().getQuorum()) {
      raft.transition(Role.CANDIDATE);
    }
  }

  /** Answers another manager that would stand. */
  byte[] poll(MessageCodec.Poll question) {
    ManagerContext raft = engine.raft();
    boolean leaderIsSilent =
        raft.hasRole(Role.CANDIDATE)
            || (raft.hasRole(Role.FOLLOWER) && loop.nanoTime() - heard >= timeout.toNanos());
    long lastTerm = engine.journal().lastTerm();
    boolean upToDate =
        question.lastTerm() > lastTerm
            || (question.lastTerm() == lastTerm
                && question.lastIndex() >= engine.journal().lastIndex());
    boolean yes = leaderIsSilent && upToDate && question.term() >= raft.getTerm();
    return new MessageCodec.Answer(raft.getTerm(), yes).toBytes();
  }

  /** The leader hands over: no need to ask the others first. */
  CompletableFuture<byte[]> timeoutNow(long term) {
    ManagerContext raft = engine.raft();
    boolean willing =
        term == raft.getTerm()
            && raft.hasRole(Role.FOLLOWER)
            && engine.isVoter()
            && !engine.journal().isFull()
            && !stopped;
    if (willing) {
      LOG.atInfo().addKeyValue("term", term).log("the leader hands over to this manager");
      loop.execute(
          () ->
              engine.guarded(
                  () -> {
                    if (raft.getTerm() == term && raft.hasRole(Role.FOLLOWER)) {
                      raft.transition(Role.CANDIDATE);
                    }
                  }));
    }
    return CompletableFuture.completedFuture(
        new MessageCodec.Answer(raft.getTerm(), willing).toBytes());
  }

  /** Atomix would try again in the next term without asking; here the others are asked again. */
  private void electionFailed() {
    if (engine.raft().hasRole(Role.CANDIDATE)) {
      engine.raft().transition(Role.FOLLOWER);
    }
  }

  private void beat() {
    ManagerContext raft = engine.raft();
    if (!raft.hasRole(Role.LEADER)) {
      return;
    }
    if (!hasQuorum()) {
      stepDown("no quorum of managers answers");
      return;
    }
    schedule(heartbeat, this::beat);
    pulse();
    engine.membership().refresh();
  }

  void stepDown(String why) {
    ManagerContext raft = engine.raft();
    if (raft.hasRole(Role.LEADER)) {
      LOG.atWarn().log("{}; this one leads no more", why);
      raft.setLeader(null);
      raft.transition(Role.FOLLOWER);
    }
  }

  /** Whether the others that answer could agree without this manager. */
  boolean othersAreQuorum() {
    long reached = others().stream().filter(this::isReachable).count();
    return reached >= engine.raft().getCluster().getQuorum();
  }

  /** Shows the followers that the leader is there, and sends what waits for them. */
  void pulse() {
    RaftRole leader = engine.raft().getRaftRole();
    for (RaftMemberContext member : engine.raft().getCluster().getRemoteMemberStates()) {
      if (member.getFailureCount() > 1) {
        // Atomix waits longer after each failure, by the wall clock; one heartbeat is enough.
        member.resetFailureCount();
        member.incrementFailureCount();
      }
      AppenderAccess.send(leader, member);
    }
    if (engine.raft().hasRole(Role.LEADER) && !others().isEmpty()) {
      AppenderAccess.commit(leader);
    }
  }

  private boolean hasQuorum() {
    long patience = 2 * timeout.toNanos();
    if (loop.nanoTime() - ledSince < patience) {
      return true;
    }
    long reached = 1 + others().stream().filter(this::isReachable).count();
    return reached >= engine.raft().getCluster().getQuorum();
  }

  /** The other managers that vote. */
  private List<MemberId> others() {
    return engine.raft().getCluster().getActiveMemberStates().stream()
        .map(state -> state.getMember().memberId())
        .toList();
  }

  private Duration spread(Duration base) {
    return base.plusNanos((long) (random.nextDouble() * base.toNanos()));
  }

  private void schedule(Duration delay, Runnable task) {
    cancel();
    timer = loop.schedule(delay, () -> engine.guarded(task));
  }

  private void cancel() {
    EventLoop.Timer waiting = timer;
    timer = null;
    if (waiting != null) {
      waiting.cancel();
    }
  }
}
