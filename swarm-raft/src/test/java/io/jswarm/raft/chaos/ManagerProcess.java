// SPDX-License-Identifier: Apache-2.0
package io.jswarm.raft.chaos;

import io.jswarm.NotLeaderException;
import io.jswarm.SwarmException;
import io.jswarm.loop.Environment;
import io.jswarm.loop.EventLoop;
import io.jswarm.spi.ManagerGroup;
import io.jswarm.spi.ReplicatedLog;
import io.jswarm.spi.ReplicatedLogFactory;
import io.jswarm.spi.UntrustedLogException;
import io.jswarm.store.MemoryLog;
import io.jswarm.transport.Channel;
import io.jswarm.transport.ChannelKind;
import io.jswarm.transport.Message;
import io.jswarm.transport.RawMessage;
import io.jswarm.transport.Receiver;
import java.io.BufferedReader;
import java.io.BufferedWriter;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.OutputStreamWriter;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.ServiceLoader;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.function.Function;
import java.util.stream.Collectors;

/**
 * A manager that is a process: a replicated log, a state machine that watches it, and a port that
 * takes commands, one a line. It ends when its log stops.
 *
 * <p>Arguments are pairs {@code name=value}: {@code name} the node's id, {@code address} for other
 * managers and for {@link #BULK bulk writers}, {@code control} the port for commands, {@code dir}
 * the log's directory, {@code work} a directory for what the rig itself keeps, {@code entry} one of
 * {@link ReplicatedLogFactory.Entry}, {@code log} the name of a factory, or {@code memory}, or
 * {@code plain:} and a {@link PlainRaft.Mistake}.
 *
 * <p>A command is a tag, a verb and arguments; the answer is the tag, {@code ok} or {@code fail},
 * and a result. Answers may overtake each other.
 */
public final class ManagerProcess {
  /** Exit code: the log stopped by itself. */
  public static final int STOPPED = 13;

  /** Exit code: what is on disk is damaged, and the log says so. */
  public static final int UNTRUSTED = 14;

  /** Exit code: it did not start for another reason. */
  public static final int BROKEN = 15;

  /** Bulk writes: frames of a number, a key and bytes; answered by the number and a position. */
  public static final ChannelKind BULK = ChannelKind.CONTROL;

  /** The answer to a bulk write that has no position: certainly not written. */
  public static final long REFUSED = -1;

  /** The answer to a bulk write that has no position: perhaps written. */
  public static final long UNKNOWN = -2;

  private final Map<String, String> settings;
  private final Environment environment = Environment.system();
  private final EventLoop loop = environment.loops().create("manager");
  private final TcpTransport transport = TcpTransport.open();
  private final BufferedWriter events;
  private final AppliedFile applied;
  private final Registers registers;
  private final ReplicatedLog log;

  // On the loop only.
  private long term;
  private boolean leading;
  private Optional<String> leader = Optional.empty();
  private int violations;

  private ManagerProcess(Map<String, String> settings) throws IOException {
    this.settings = settings;
    Path work = Path.of(setting("work"));
    Files.createDirectories(work);
    events =
        Files.newBufferedWriter(
            work.resolve("events"), StandardOpenOption.CREATE, StandardOpenOption.APPEND);
    applied =
        settings.containsKey("trace")
            ? AppliedFile.open(work.resolve("applied"))
            : AppliedFile.none();
    registers = new Registers(applied, this::violation);
    loadFaults(work.resolve("faults"));
    log = create();
  }

  /** Runs one manager. */
  public static void main(String[] args) {
    Map<String, String> settings = new HashMap<>();
    for (String arg : args) {
      settings.put(arg.substring(0, arg.indexOf('=')), arg.substring(arg.indexOf('=') + 1));
    }
    ManagerProcess manager = null;
    try {
      manager = new ManagerProcess(settings);
      manager.run();
    } catch (UntrustedLogException e) {
      if (manager != null) {
        manager.event("untrusted " + e.getMessage());
      }
      end(UNTRUSTED, e);
    } catch (IOException | RuntimeException | Error e) {
      end(e.getCause() instanceof UntrustedLogException ? UNTRUSTED : BROKEN, e);
    }
  }

  private static void end(int code, Throwable cause) {
    cause.printStackTrace();
    System.err.flush();
    Runtime.getRuntime().halt(code);
  }

  private String setting(String name) {
    String value = settings.get(name);
    if (value == null) {
      throw new IllegalArgumentException("no " + name + "=");
    }
    return value;
  }

  private ReplicatedLog create() {
    String wanted = settings.getOrDefault("log", "");
    if (wanted.equals("memory")) {
      return MemoryLog.throughBytes();
    }
    ReplicatedLogFactory.Settings its =
        new ReplicatedLogFactory.Settings(
            setting("name"),
            setting("address"),
            Path.of(setting("dir")),
            environment,
            transport,
            ReplicatedLogFactory.Entry.valueOf(setting("entry")));
    if (wanted.startsWith("plain:")) {
      return new PlainRaft(its, PlainRaft.Mistake.valueOf(wanted.substring("plain:".length())));
    }
    for (ReplicatedLogFactory factory : ServiceLoader.load(ReplicatedLogFactory.class)) {
      if (wanted.isEmpty() || wanted.equals(factory.name())) {
        return factory.create(its);
      }
    }
    throw new IllegalStateException("there is no log '" + wanted + "'");
  }

  private void loadFaults(Path file) throws IOException {
    if (Files.exists(file)) {
      for (String line : Files.readAllLines(file)) {
        fault(line.split(" "), 0);
      }
    }
  }

  private void run() throws IOException {
    event("start " + setting("entry"));
    log.start(loop, registers, new Leadership());
    transport.listen(setting("address"), BULK, loop, channel -> new BulkWriter(channel));
    try (ServerSocket server =
        new ServerSocket(
            Integer.parseInt(setting("control")), 64, InetAddress.getLoopbackAddress())) {
      System.out.println("READY " + setting("name"));
      while (true) {
        new Commands(server.accept()).start();
      }
    }
  }

  private void violation(String what) {
    violations++;
    event("violation " + what);
  }

  /** Appends to the file of events; at once, since the process may be killed at any time. */
  private synchronized void event(String what) {
    try {
      events.write(System.nanoTime() + " " + what.replace('\n', ' '));
      events.newLine();
      events.flush();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private final class Leadership implements ReplicatedLog.LeadershipListener {
    @Override
    public void onLeading(long announced) {
      term = announced;
      leading = true;
      leader = Optional.of(setting("address"));
      event("leading " + announced);
    }

    @Override
    public void onFollowing(Optional<String> who) {
      leading = false;
      leader = who;
      event("following " + who.orElse("nobody"));
    }

    @Override
    public void onStopped(SwarmException cause) {
      event("stopped " + cause);
      end(STOPPED, cause);
    }
  }

  private String answer(String[] words, Function<CompletionStage<String>, String> later) {
    String verb = words[1];
    return switch (verb) {
      case "put" -> later.apply(propose(operation(Registers.Kind.PUT, words)));
      case "cas" -> later.apply(propose(operation(Registers.Kind.CAS, words)));
      case "mark" -> later.apply(propose(operation(Registers.Kind.MARK, words)));
      case "retire" -> later.apply(propose(operation(Registers.Kind.RETIRE, words)));
      case "read" -> later.apply(read(Integer.parseInt(words[2])));
      case "status" -> status();
      case "hash-at" -> hashAt(Long.parseLong(words[2]));
      case "self" -> describe(group().self());
      case "members" -> members();
      case "add" ->
          later.apply(done(group().add(new ManagerGroup.Manager(words[2], words[3], words[4]))));
      case "remove" -> later.apply(done(group().remove(words[2])));
      case "transfer" ->
          later.apply(
              done(
                  group()
                      .transferLeadership(
                          words.length > 2 ? Optional.of(words[2]) : Optional.empty())));
      case "fault" -> fault(words, 2);
      case "reset" -> {
        transport.reset(words[2]);
        yield "";
      }
      case "bench" -> later.apply(bench(words));
      default -> throw new IllegalArgumentException("unknown verb " + verb);
    };
  }

  /** {@code tag verb client number [key [size [expected]]]}. */
  private static Registers.Operation operation(Registers.Kind kind, String[] words) {
    long id = Registers.Operation.id(parse(words[2]), parse(words[3]));
    int key = words.length > 4 ? parse(words[4]) : 0;
    int size = words.length > 5 ? parse(words[5]) : 0;
    long expected = words.length > 6 ? Long.parseLong(words[6]) : 0;
    return new Registers.Operation(kind, id, key, expected, padding(id, size));
  }

  private static int parse(String number) {
    return Integer.parseInt(number);
  }

  private static byte[] padding(long id, int size) {
    byte[] bytes = new byte[size];
    long word = id * 0x9e3779b97f4a7c15L;
    for (int i = 0; i < size; i++) {
      word = word * 6364136223846793005L + 1442695040888963407L;
      bytes[i] = (byte) (word >>> 56);
    }
    return bytes;
  }

  private CompletionStage<String> propose(Registers.Operation operation) {
    return log.propose(operation)
        .thenApply(position -> position + " " + registers.tookEffect(position));
  }

  private CompletionStage<String> read(int key) {
    return log.barrier()
        .thenApply(
            position -> {
              if (registers.position() < position) {
                violation("barrier " + position + " while at " + registers.position());
              }
              Registers.Register register = registers.register(key);
              return registers.position() + " " + register.value() + " " + register.version();
            });
  }

  private String status() {
    return String.format(
        "leading=%b term=%d position=%d hash=%x violations=%d leader=%s",
        leading,
        term,
        registers.position(),
        registers.fingerprint(),
        violations,
        leader.orElse("-"));
  }

  private String hashAt(long position) {
    try {
      List<AppliedFile.Applied> records =
          AppliedFile.read(Path.of(setting("work"), "applied"), position, position);
      return records.isEmpty() ? "none" : Long.toHexString(records.get(0).hash());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private ManagerGroup group() {
    return log.group().orElseThrow(() -> new IllegalStateException("a log of one manager"));
  }

  private static String describe(ManagerGroup.Manager manager) {
    return manager.id() + " " + manager.nodeId() + " " + manager.address();
  }

  private String members() {
    return group().members().stream()
        .map(
            member ->
                String.join(
                    ",",
                    member.manager().id(),
                    member.manager().nodeId(),
                    member.manager().address(),
                    member.voter() ? "voter" : "learner",
                    member.leader() ? "leader" : "follower",
                    member.reachable() ? "reachable" : "silent"))
        .collect(Collectors.joining(" "));
  }

  private static CompletionStage<String> done(CompletionStage<Void> change) {
    return change.thenApply(nothing -> "");
  }

  /** {@code party in out millis}. */
  private String fault(String[] words, int from) {
    transport.fault(
        words[from],
        new TcpTransport.Fault(
            words[from + 1].equals("1"),
            words[from + 2].equals("1"),
            Duration.ofMillis(Long.parseLong(words[from + 3]))));
    return "";
  }

  /** {@code tag bench inFlight bytes keys warmUpMillis millis}. */
  private CompletionStage<String> bench(String[] words) {
    byte[] value = padding(1, parse(words[3]));
    ClosedLoop.Target target =
        key ->
            log.propose(new Registers.Operation(Registers.Kind.BULK, 0, key, 0, value))
                .thenApply(position -> true);
    return ClosedLoop.start(
            target,
            parse(words[2]),
            parse(words[4]),
            Duration.ofMillis(parse(words[5])),
            Duration.ofMillis(parse(words[6])))
        .thenApply(ClosedLoop.Result::toLine);
  }

  /** Whether a failure means that there was certainly no effect. */
  private static boolean isCertain(Throwable failure) {
    return failure instanceof SwarmException swarm
        && switch (swarm.code()) {
          case NOT_LEADER, INVALID_SPEC, UNAVAILABLE, FAILED_PRECONDITION, UNIMPLEMENTED -> true;
          default -> false;
        };
  }

  private static Throwable cause(Throwable failure) {
    return failure instanceof CompletionException && failure.getCause() != null
        ? failure.getCause()
        : failure;
  }

  /** Takes writes of bytes. */
  private final class BulkWriter implements Receiver {
    private final Channel channel;

    BulkWriter(Channel channel) {
      this.channel = channel;
    }

    @Override
    public void onMessage(Message message) {
      ByteBuffer in = ByteBuffer.wrap(((RawMessage) message).bytes());
      long number = in.getLong();
      int key = in.getInt();
      byte[] value = new byte[in.remaining()];
      in.get(value);
      log.propose(new Registers.Operation(Registers.Kind.BULK, 0, key, 0, value))
          .whenComplete(
              (position, failure) -> {
                long answer =
                    failure == null ? position : isCertain(cause(failure)) ? REFUSED : UNKNOWN;
                channel.send(
                    new RawMessage(
                        ByteBuffer.allocate(16).putLong(number).putLong(answer).array()));
              });
    }

    @Override
    public void onClosed(String reason) {}
  }

  /** One connection that commands come from. */
  private final class Commands {
    private final Socket socket;
    private final BlockingQueue<String> answers = new LinkedBlockingQueue<>();

    Commands(Socket socket) {
      this.socket = socket;
    }

    void start() throws IOException {
      socket.setTcpNoDelay(true);
      daemon(this::readAll, "commands");
      daemon(this::writeAll, "answers");
    }

    private void daemon(Runnable task, String name) {
      Thread thread = new Thread(task, name);
      thread.setDaemon(true);
      thread.start();
    }

    private void readAll() {
      try (BufferedReader in =
          new BufferedReader(
              new InputStreamReader(socket.getInputStream(), StandardCharsets.UTF_8))) {
        for (String line = in.readLine(); line != null; line = in.readLine()) {
          String[] words = line.split(" ");
          loop.execute(() -> handle(words));
        }
      } catch (IOException e) {
        // Whoever gave the commands is gone.
      }
    }

    private void writeAll() {
      try (BufferedWriter out =
          new BufferedWriter(
              new OutputStreamWriter(socket.getOutputStream(), StandardCharsets.UTF_8))) {
        while (true) {
          out.write(answers.take());
          out.newLine();
          if (answers.isEmpty()) {
            out.flush();
          }
        }
      } catch (IOException e) {
        // As above.
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
      }
    }

    private void handle(String[] words) {
      String tag = words[0];
      try {
        String result = answer(words, stage -> follow(tag, stage));
        if (!result.equals(LATER)) {
          answers.add(tag + " ok " + result);
        }
      } catch (RuntimeException e) {
        fail(tag, e);
      }
    }

    private String follow(String tag, CompletionStage<String> stage) {
      stage.whenComplete(
          (result, failure) -> {
            if (failure == null) {
              answers.add(tag + " ok " + result);
            } else {
              fail(tag, cause(failure));
            }
          });
      return LATER;
    }

    private void fail(String tag, Throwable failure) {
      answers.add(
          tag
              + (isCertain(failure) ? " fail " : " unknown ")
              + (failure instanceof NotLeaderException elsewhere
                  ? "@" + elsewhere.leader().orElse("") + " "
                  : "")
              + failure.toString().replace('\n', ' '));
    }
  }

  private static final String LATER = "later";
}
