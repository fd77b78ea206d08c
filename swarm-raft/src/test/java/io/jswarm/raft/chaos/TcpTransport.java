// SPDX-License-Identifier: Apache-2.0
package io.jswarm.raft.chaos;

import io.jswarm.loop.EventLoop;
import io.jswarm.model.NodeRole;
import io.jswarm.transport.Channel;
import io.jswarm.transport.ChannelKind;
import io.jswarm.transport.Listener;
import io.jswarm.transport.Message;
import io.jswarm.transport.PeerIdentity;
import io.jswarm.transport.RawMessage;
import io.jswarm.transport.Receiver;
import io.jswarm.transport.Transport;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetSocketAddress;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.channels.CancelledKeyException;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.ClosedSelectorException;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/**
 * Channels between processes over plain TCP, for tests and benchmarks: it believes who a peer says
 * it is. Carries {@link RawMessage}s, whatever they contain, as frames of a length and bytes.
 *
 * <p>Faults can be set per party and direction: a direction that is held keeps what is sent, as a
 * network does that loses every packet, and says nothing of it to either end. A party is a node's
 * id or its address; whoever sets a fault names both.
 *
 * <p>Thread-safe. One thread does all reading; writing is done by whoever sends as long as the
 * socket takes it.
 */
public final class TcpTransport implements Transport, AutoCloseable {
  private static final int MAGIC = 0x4a535721;
  private static final int MAX_FRAME_BYTES = 64 << 20;
  private static final long MAX_QUEUED_BYTES = 256L << 20;
  private static final long MAX_UNDELIVERED_BYTES = 64L << 20;
  private static final int STAGING_BYTES = 128 << 10;
  private static final long LINGER_NANOS = 1_000_000_000L;

  /** What is wrong with the link to a party. */
  public record Fault(boolean holdIn, boolean holdOut, Duration delayOut) {
    /** Nothing. */
    public static final Fault NONE = new Fault(false, false, Duration.ZERO);
  }

  private final Selector selector;
  private final Thread io;
  private final ConcurrentLinkedQueue<Runnable> tasks = new ConcurrentLinkedQueue<>();
  private final Map<String, Acceptor> acceptors = new ConcurrentHashMap<>();
  private final Set<Link> links = ConcurrentHashMap.newKeySet();
  private final Map<String, Fault> faults = new ConcurrentHashMap<>();
  private volatile boolean ticking;
  private volatile boolean closed;

  private TcpTransport(Selector selector) {
    this.selector = selector;
    this.io = new Thread(this::run, "tcp");
    io.setDaemon(true);
  }

  /** A transport without faults. */
  public static TcpTransport open() {
    try {
      TcpTransport transport = new TcpTransport(Selector.open());
      transport.io.start();
      return transport;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Override
  public Registration listen(String address, ChannelKind kind, EventLoop loop, Listener listener) {
    Acceptor acceptor = acceptors.computeIfAbsent(address, Acceptor::new);
    if (acceptor.listeners.putIfAbsent(kind, new Listening(loop, listener)) != null) {
      throw new IllegalStateException("there is a listener for " + kind + " at " + address);
    }
    acceptor.open();
    return () -> acceptor.remove(kind);
  }

  @Override
  public Channel connect(
      String address, ChannelKind kind, PeerIdentity self, EventLoop loop, Receiver receiver) {
    Link link = new Link(address, self, loop);
    link.receiver = receiver;
    link.kind = kind;
    link.queue.add(new Frame(hello(kind, self), 0));
    links.add(link);
    link.fault = faults.getOrDefault(address, Fault.NONE);
    later(link::connectUnlessHeld);
    return link;
  }

  /** Replaces the fault on all links with {@code party}, present and future. */
  public void fault(String party, Fault fault) {
    faults.put(party, fault);
    if (!fault.delayOut().isZero()) {
      ticking = true;
    }
    for (Link link : links) {
      if (link.party.equals(party)) {
        link.fault = fault;
        later(link::refresh);
      }
    }
  }

  /** Breaks all connections with {@code party} by a TCP reset. */
  public void reset(String party) {
    for (Link link : links) {
      if (link.party.equals(party)) {
        link.reset();
      }
    }
  }

  @Override
  public void close() {
    closed = true;
    selector.wakeup();
    try {
      io.join(5_000);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private void later(Runnable task) {
    tasks.add(task);
    selector.wakeup();
  }

  private void run() {
    try {
      while (!closed) {
        selector.select(ticking ? 1 : 500);
        for (Runnable task = tasks.poll(); task != null; task = tasks.poll()) {
          task.run();
        }
        for (SelectionKey key : selector.selectedKeys()) {
          ready(key);
        }
        selector.selectedKeys().clear();
        tick();
      }
    } catch (IOException | ClosedSelectorException e) {
      throw new IllegalStateException("the selector failed", e);
    } finally {
      acceptors.values().forEach(Acceptor::close);
      links.forEach(link -> link.end("the transport was closed"));
      try {
        selector.close();
      } catch (IOException e) {
        // Nothing is left that could matter.
      }
    }
  }

  private static void ready(SelectionKey key) {
    try {
      if (key.attachment() instanceof Acceptor acceptor) {
        acceptor.accept();
      } else if (key.attachment() instanceof Link link) {
        link.ready(key.readyOps());
      }
    } catch (CancelledKeyException e) {
      // It was closed meanwhile.
    }
  }

  /** What time alone makes due: delayed frames, and closed links that nobody drains. */
  private void tick() {
    if (!ticking) {
      return;
    }
    boolean more = faults.values().stream().anyMatch(fault -> !fault.delayOut().isZero());
    for (Link link : links) {
      more |= link.tick(System.nanoTime());
    }
    ticking = more;
  }

  private static byte[] hello(ChannelKind kind, PeerIdentity self) {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (DataOutputStream out = new DataOutputStream(bytes)) {
      out.writeInt(MAGIC);
      out.writeUTF(kind.name());
      out.writeUTF(self.nodeId());
      out.writeUTF(self.role().name());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return bytes.toByteArray();
  }

  static InetSocketAddress socketAddress(String address) {
    int colon = address.lastIndexOf(':');
    return new InetSocketAddress(
        address.substring(0, colon), Integer.parseInt(address.substring(colon + 1)));
  }

  private record Listening(EventLoop loop, Listener listener) {}

  @SuppressWarnings("ArrayRecordComponent") // never compared
  private record Frame(byte[] bytes, long due) {}

  /** One address listened at. */
  private final class Acceptor {
    private final String address;
    private final Map<ChannelKind, Listening> listeners = new ConcurrentHashMap<>();
    private @Nullable ServerSocketChannel socket;

    Acceptor(String address) {
      this.address = address;
    }

    synchronized void open() {
      if (socket != null) {
        return;
      }
      try {
        ServerSocketChannel opened = ServerSocketChannel.open();
        opened.setOption(StandardSocketOptions.SO_REUSEADDR, true);
        opened.bind(socketAddress(address), 128);
        opened.configureBlocking(false);
        socket = opened;
        later(() -> register(opened));
      } catch (IOException e) {
        acceptors.remove(address, this);
        throw new UncheckedIOException("cannot listen at " + address, e);
      }
    }

    private void register(ServerSocketChannel opened) {
      try {
        opened.register(selector, SelectionKey.OP_ACCEPT, this);
      } catch (ClosedChannelException e) {
        // Closed before it was of use.
      }
    }

    void accept() {
      ServerSocketChannel listening = current();
      try {
        SocketChannel accepted = listening == null ? null : listening.accept();
        if (accepted != null) {
          new Link(this, accepted).begin();
        }
      } catch (IOException e) {
        // The peer is gone already, or we are.
      }
    }

    private synchronized @Nullable ServerSocketChannel current() {
      return socket;
    }

    void remove(ChannelKind kind) {
      listeners.remove(kind);
      if (listeners.isEmpty()) {
        close();
      }
      for (Link link : links) {
        if (link.acceptor == this && link.kind == kind) {
          link.end("the other end listens no more");
        }
      }
    }

    synchronized void close() {
      acceptors.remove(address, this);
      ServerSocketChannel open = socket;
      if (open != null) {
        closeQuietly(open);
        selector.wakeup();
      }
    }
  }

  private static void closeQuietly(AutoCloseable closeable) {
    try {
      closeable.close();
    } catch (Exception e) {
      // Closed it is.
    }
  }

  /** One end of a connection. */
  private final class Link implements Channel {
    private final @Nullable Acceptor acceptor;
    private final ArrayDeque<Frame> queue = new ArrayDeque<>();
    private final ByteBuffer staging = ByteBuffer.allocateDirect(STAGING_BYTES).flip();
    private final AtomicBoolean ended = new AtomicBoolean();
    private final AtomicLong undelivered = new AtomicLong();
    private volatile String party;
    private volatile @Nullable PeerIdentity opener;
    private volatile @Nullable EventLoop loop;
    private volatile @Nullable ChannelKind kind;
    private volatile @Nullable Receiver receiver;
    private volatile Fault fault = Fault.NONE;
    private volatile boolean closing;

    // Guarded by this.
    private @Nullable SocketChannel socket;
    private boolean connected;
    private boolean blocked;
    private byte @Nullable [] current;
    private int offset;
    private long queuedBytes;
    private long lastDue;
    private long closingSince;

    // Of the reading thread.
    private ByteBuffer input = ByteBuffer.allocate(64 << 10);

    /** The end that opens the connection. */
    Link(String address, PeerIdentity self, EventLoop loop) {
      this.acceptor = null;
      this.party = address;
      this.opener = self;
      this.loop = loop;
    }

    /** The end that accepted it. */
    Link(Acceptor acceptor, SocketChannel socket) {
      this.acceptor = acceptor;
      this.socket = socket;
      this.party = "";
      this.connected = true;
    }

    void begin() {
      links.add(this);
      try {
        SocketChannel channel = prepared(socket);
        channel.register(selector, SelectionKey.OP_READ, this);
      } catch (IOException e) {
        end(String.valueOf(e));
      }
    }

    private SocketChannel prepared(@Nullable SocketChannel channel) throws IOException {
      if (channel == null) {
        throw new IOException("there is no socket");
      }
      channel.configureBlocking(false);
      channel.setOption(StandardSocketOptions.TCP_NODELAY, true);
      return channel;
    }

    synchronized void connectUnlessHeld() {
      if (socket != null || ended.get() || fault.holdIn() || fault.holdOut()) {
        return;
      }
      try {
        SocketChannel channel = prepared(SocketChannel.open());
        socket = channel;
        boolean done = channel.connect(socketAddress(party));
        channel.register(selector, SelectionKey.OP_CONNECT, this);
        if (done) {
          ready(SelectionKey.OP_CONNECT);
        }
      } catch (IOException e) {
        end("cannot connect to " + party + ": " + e.getMessage());
      }
    }

    /** After a fault came or went. */
    void refresh() {
      if (isConnected()) {
        flush();
        interest();
      } else {
        connectUnlessHeld();
      }
    }

    private synchronized boolean isConnected() {
      return connected;
    }

    void ready(int operations) {
      try {
        if ((operations & SelectionKey.OP_CONNECT) != 0) {
          finishConnect();
        }
        if ((operations & SelectionKey.OP_WRITE) != 0) {
          flush();
          interest();
        }
        if ((operations & SelectionKey.OP_READ) != 0) {
          read();
        }
      } catch (IOException e) {
        end(e.getMessage() == null ? e.toString() : e.getMessage());
      }
    }

    private void finishConnect() throws IOException {
      synchronized (this) {
        SocketChannel channel = socket;
        if (channel == null || !channel.finishConnect()) {
          return;
        }
        connected = true;
      }
      flush();
      interest();
    }

    /** What to be told of; on the reading thread. */
    private void interest() {
      SocketChannel channel;
      int operations;
      synchronized (this) {
        channel = socket;
        boolean full = undelivered.get() > MAX_UNDELIVERED_BYTES;
        operations =
            (fault.holdIn() || full ? 0 : SelectionKey.OP_READ)
                | (blocked && !fault.holdOut() ? SelectionKey.OP_WRITE : 0);
      }
      SelectionKey key = channel == null ? null : channel.keyFor(selector);
      if (key != null && key.isValid()) {
        key.interestOps(operations);
      }
    }

    private void read() throws IOException {
      SocketChannel channel;
      synchronized (this) {
        channel = socket;
      }
      if (channel == null || fault.holdIn()) {
        interest();
        return;
      }
      int got = channel.read(input);
      input.flip();
      while (input.remaining() >= 4) {
        int length = input.getInt(input.position());
        if (length < 0 || length > MAX_FRAME_BYTES) {
          throw new IOException("a frame of " + length + " bytes");
        }
        if (input.remaining() < 4 + length) {
          break;
        }
        byte[] frame = new byte[length];
        input.getInt();
        input.get(frame);
        arrived(frame);
      }
      makeRoom();
      if (got < 0) {
        end("closed by the other end");
      } else if (undelivered.get() > MAX_UNDELIVERED_BYTES) {
        interest();
      }
    }

    private void makeRoom() {
      int needed =
          input.remaining() >= 4 ? 4 + input.getInt(input.position()) : input.remaining() + 1;
      if (needed > input.capacity()) {
        input = ByteBuffer.allocate(Math.max(needed, 2 * input.capacity())).put(input);
      } else {
        input.compact();
      }
    }

    private void arrived(byte[] frame) throws IOException {
      EventLoop target = loop;
      if (target == null) {
        welcome(frame);
        return;
      }
      undelivered.addAndGet(frame.length);
      target.execute(() -> deliver(new RawMessage(frame)));
    }

    private void deliver(RawMessage message) {
      long before = undelivered.getAndAdd(-message.bytes().length);
      if (before > MAX_UNDELIVERED_BYTES && undelivered.get() <= MAX_UNDELIVERED_BYTES) {
        later(this::interest);
      }
      Receiver target = receiver;
      if (target != null && !closing) {
        target.onMessage(message);
      }
    }

    private void welcome(byte[] frame) throws IOException {
      DataInputStream in = new DataInputStream(new ByteArrayInputStream(frame));
      if (in.readInt() != MAGIC) {
        throw new IOException("the peer does not speak this protocol");
      }
      ChannelKind wanted = ChannelKind.valueOf(in.readUTF());
      PeerIdentity from = new PeerIdentity(in.readUTF(), NodeRole.valueOf(in.readUTF()));
      Listening listening = acceptor == null ? null : acceptor.listeners.get(wanted);
      if (listening == null) {
        throw new IOException("nothing listens for " + wanted);
      }
      kind = wanted;
      opener = from;
      party = from.nodeId();
      fault = faults.getOrDefault(party, Fault.NONE);
      loop = listening.loop();
      listening.loop().execute(() -> receiver = listening.listener().onChannel(this));
    }

    @Override
    public PeerIdentity peer() {
      PeerIdentity known = opener;
      if (known == null) {
        throw new IllegalStateException("the peer has not said who it is");
      }
      return known;
    }

    @Override
    public String peerAddress() {
      return "127.0.0.1";
    }

    @Override
    public void send(Message message) {
      byte[] bytes = ((RawMessage) message).bytes();
      boolean flood;
      synchronized (this) {
        if (ended.get() || closingSince != 0) {
          return;
        }
        long delay = fault.delayOut().toNanos();
        long due = delay == 0 && queue.isEmpty() ? 0 : System.nanoTime() + delay;
        if (due != 0 && lastDue - due > 0) {
          due = lastDue;
        }
        lastDue = due;
        queue.add(new Frame(bytes, due));
        queuedBytes += bytes.length;
        flood = queuedBytes > MAX_QUEUED_BYTES || bytes.length > MAX_FRAME_BYTES;
        if (delay != 0) {
          ticking = true;
          selector.wakeup();
        }
        if (delay == 0 && connected && !blocked) {
          flush();
          if (blocked) {
            later(this::interest);
          }
        }
      }
      if (flood) {
        end("more is sent than the other end takes");
      }
    }

    /** Writes what is due as long as the socket takes it. */
    private synchronized void flush() {
      SocketChannel channel = socket;
      if (channel == null || !connected || fault.holdOut()) {
        return;
      }
      try {
        blocked = false;
        while (fill()) {
          channel.write(staging);
          if (staging.hasRemaining()) {
            blocked = true;
            return;
          }
        }
        if (closingSince != 0 && queue.isEmpty()) {
          end(null);
        }
      } catch (IOException e) {
        end(e.getMessage() == null ? e.toString() : e.getMessage());
      }
    }

    /** Moves frames that are due next to each other; true if there is something to write. */
    private boolean fill() {
      if (staging.hasRemaining()) {
        return true;
      }
      staging.clear();
      while (staging.hasRemaining()) {
        byte[] bytes = current;
        if (bytes == null) {
          Frame next = queue.peek();
          if (next == null || staging.remaining() < 4) {
            break;
          }
          if (next.due() != 0 && next.due() - System.nanoTime() > 0) {
            ticking = true;
            break;
          }
          queue.remove();
          bytes = next.bytes();
          staging.putInt(bytes.length);
          current = bytes;
          offset = 0;
        }
        int length = Math.min(staging.remaining(), bytes.length - offset);
        staging.put(bytes, offset, length);
        offset += length;
        if (offset == bytes.length) {
          queuedBytes -= bytes.length;
          current = null;
        }
      }
      staging.flip();
      return staging.hasRemaining();
    }

    boolean tick(long now) {
      boolean waits;
      boolean lingered;
      synchronized (this) {
        waits = !queue.isEmpty() || closingSince != 0;
        lingered = closingSince != 0 && now - closingSince > LINGER_NANOS;
      }
      if (lingered) {
        end(null);
      } else if (waits && isConnected()) {
        flush();
        interest();
      }
      return waits;
    }

    @Override
    public void close() {
      closing = true;
      synchronized (this) {
        closingSince = Math.max(1, System.nanoTime());
        ticking = true;
        if (!connected) {
          end(null);
        } else {
          flush();
        }
      }
      selector.wakeup();
    }

    void reset() {
      synchronized (this) {
        SocketChannel channel = socket;
        if (channel != null) {
          try {
            channel.setOption(StandardSocketOptions.SO_LINGER, 0);
          } catch (IOException e) {
            // It breaks in any case.
          }
        }
      }
      end("reset");
    }

    /** Closes the socket; tells the receiver unless {@code reason} is null. */
    void end(@Nullable String reason) {
      if (ended.getAndSet(true)) {
        return;
      }
      links.remove(this);
      synchronized (this) {
        SocketChannel channel = socket;
        if (channel != null) {
          closeQuietly(channel);
        }
        queue.clear();
      }
      selector.wakeup();
      EventLoop target = loop;
      if (target != null && reason != null) {
        target.execute(
            () -> {
              Receiver told = receiver;
              if (told != null && !closing) {
                told.onClosed(reason);
              }
            });
      }
    }
  }

  /** The parties that something is wrong with, for messages. */
  List<String> faulty() {
    List<String> parties = new ArrayList<>();
    faults.forEach(
        (party, fault) -> {
          if (!fault.equals(Fault.NONE)) {
            parties.add(party + " " + fault);
          }
        });
    return parties;
  }
}
