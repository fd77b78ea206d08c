// SPDX-License-Identifier: Apache-2.0
package io.jswarm.transport;

import io.jswarm.loop.EventLoop;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Comparator;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;

/** A channel between two loops of one JVM; itself the end of the node that opened it. */
final class LocalChannel implements Channel {
  /** The order in which channels were opened. */
  static final Comparator<LocalChannel> BY_AGE = Comparator.comparingLong(channel -> channel.age);

  private static final String CLOSED = "closed by the other end";

  private final LocalNetwork network;
  private final long age;
  private final String address;
  private final ChannelKind kind;
  private final PeerIdentity self;
  private final End opener;
  private volatile @Nullable End acceptor;

  LocalChannel(
      LocalNetwork network,
      long age,
      String address,
      ChannelKind kind,
      PeerIdentity self,
      EventLoop loop,
      Receiver receiver) {
    this.network = network;
    this.age = age;
    this.address = address;
    this.kind = kind;
    this.self = self;
    this.opener = new End(loop, receiver);
  }

  /** Joins the listening side: from now on messages have somewhere to go. */
  void accept(EventLoop loop, Listener listener) {
    End end = new End(loop, null);
    acceptor = end;
    loop.execute(() -> end.receiver = listener.onChannel(new AcceptedChannel(end)));
  }

  boolean leadsTo(String party, ChannelKind what) {
    return address.equals(party) && kind == what;
  }

  boolean joins(String party) {
    return self.nodeId().equals(party) || address.equals(party);
  }

  /** Breaks the channel: both ends notice, what was under way is lost. */
  void fail(String reason) {
    network.forget(this);
    opener.breakOff(reason);
    End end = acceptor;
    if (end != null) {
      end.breakOff(reason);
    }
  }

  @Override
  public PeerIdentity peer() {
    return self;
  }

  @Override
  public String peerAddress() {
    return LocalNetwork.HOST;
  }

  @Override
  public void send(Message message) {
    End end = acceptor;
    if (end != null) {
      transmit(opener, end, self.nodeId(), address, message);
    }
  }

  @Override
  public void close() {
    close(opener, acceptor, self.nodeId(), address);
  }

  private void transmit(End from, End to, String sender, String target, Message message) {
    if (from.ended.get()) {
      return;
    }
    NetworkFaults faults = network.faults();
    if (to.ended.get()) {
      if (!faults.cut(sender, target)) {
        from.breakOff(CLOSED);
      }
    } else if (!faults.any() && to.lane.isEmpty()) {
      to.loop.execute(() -> to.deliver(message));
    } else {
      for (NetworkFaults.Arrival arrival : faults.arrivals(sender, target)) {
        to.lane.add(arrival.delay(), arrival.overtakes(), () -> to.deliver(message));
      }
    }
  }

  private void close(End from, @Nullable End to, String sender, String target) {
    network.forget(this);
    from.ended.set(true);
    if (to != null && !network.faults().cut(sender, target)) {
      // In order with the messages before it: what was sent before a close arrives.
      to.lane.add(Duration.ZERO, false, () -> to.end(CLOSED));
    }
  }

  /** The listening side's view. */
  private final class AcceptedChannel implements Channel {
    private final End end;

    AcceptedChannel(End end) {
      this.end = end;
    }

    @Override
    public PeerIdentity peer() {
      return self;
    }

    @Override
    public String peerAddress() {
      return LocalNetwork.HOST;
    }

    @Override
    public void send(Message message) {
      transmit(end, opener, address, self.nodeId(), message);
    }

    @Override
    public void close() {
      LocalChannel.this.close(end, opener, address, self.nodeId());
    }
  }

  /** Where messages come out. */
  private final class End {
    private final EventLoop loop;
    private final Lane lane;
    private final AtomicBoolean ended = new AtomicBoolean();

    /** Set on the loop; null until the listener has been called. */
    private @Nullable Receiver receiver;

    End(EventLoop loop, @Nullable Receiver receiver) {
      this.loop = loop;
      this.lane = new Lane(loop);
      this.receiver = receiver;
    }

    void deliver(Message message) {
      Receiver target = receiver;
      if (target != null && !ended.get()) {
        target.onMessage(message);
      }
    }

    void breakOff(String reason) {
      loop.execute(() -> end(reason));
    }

    void end(String reason) {
      if (!ended.getAndSet(true)) {
        network.forget(LocalChannel.this);
        Receiver target = receiver;
        if (target != null) {
          target.onClosed(reason);
        }
      }
    }
  }

  /** Messages under way to one end; in order, whatever time each takes. */
  private final class Lane {
    private final EventLoop loop;
    private final ArrayDeque<Runnable> waiting = new ArrayDeque<>();
    private long lastArrival;

    Lane(EventLoop loop) {
      this.loop = loop;
    }

    synchronized boolean isEmpty() {
      return waiting.isEmpty();
    }

    synchronized void add(Duration delay, boolean overtakes, Runnable arrival) {
      if (overtakes) {
        loop.schedule(delay, arrival);
      } else if (waiting.isEmpty() && delay.isZero()) {
        loop.execute(arrival);
      } else {
        long now = network.time().nanoTime();
        long at = now + delay.toNanos();
        if (!waiting.isEmpty() && lastArrival - at > 0) {
          at = lastArrival;
        }
        lastArrival = at;
        waiting.add(arrival);
        loop.schedule(Duration.ofNanos(at - now), this::arrive);
      }
    }

    /** As many calls as messages, but each takes the oldest: timers of one instant may swap. */
    private void arrive() {
      Runnable arrival;
      synchronized (this) {
        arrival = waiting.poll();
      }
      if (arrival != null) {
        arrival.run();
      }
    }
  }
}
