// SPDX-License-Identifier: Apache-2.0
package io.jswarm.raft.chaos;

import io.jswarm.spi.ReplicatedLogFactory;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Manager processes, and what can be done to them from outside. Ends only what it started, unmounts
 * only what it mounted. For one thread, except {@link #leader} and {@link #managers}.
 */
final class Fleet implements AutoCloseable {
  private static final Duration PATIENCE = Duration.ofSeconds(2);

  /** How many of those that left are kept, with their files. */
  private static final int GONE_KEPT = 8;

  /** One manager. */
  static final class Manager {
    final String name;
    final int port;
    final int control;
    final Path directory;
    final Path log;
    final Path work;
    final boolean mounted;
    private final Map<String, String> links = new TreeMap<>();
    private volatile @Nullable Process process;
    private volatile boolean frozen;
    private volatile String id = "";

    private Manager(String name, Path directory, boolean mounted) {
      this.name = name;
      this.port = Ports.free();
      this.control = Ports.free();
      this.directory = directory;
      this.log = directory.resolve("log");
      this.work = directory.resolve("rig");
      this.mounted = mounted;
    }

    String address() {
      return "127.0.0.1:" + port;
    }

    /** The id in the group; empty before it was first asked. */
    String id() {
      return id;
    }

    boolean isAlive() {
      Process running = process;
      return running != null && running.isAlive();
    }

    /** Running, and not frozen. */
    boolean isUp() {
      return isAlive() && !frozen;
    }

    /** How the process ended; empty while it runs, or if it was never started. */
    Optional<Integer> exitCode() {
      Process started = process;
      return started == null || started.isAlive()
          ? Optional.empty()
          : Optional.of(started.exitValue());
    }

    /** How the process ended, and the last line that it printed. */
    String lastWords() {
      Path output = work.resolve("output");
      try {
        List<String> lines = Files.exists(output) ? Files.readAllLines(output) : List.of();
        return String.format(
            "%s ended with code %s: %s; see %s",
            name,
            exitCode().map(String::valueOf).orElse("?"),
            lines.isEmpty() ? "" : lines.get(lines.size() - 1),
            work);
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }

    ControlClient.Answer ask(String command) {
      return ask(command, PATIENCE);
    }

    ControlClient.Answer ask(String command, Duration timeout) {
      return ControlClient.ask(control, command, timeout);
    }

    /** What {@code status} says of {@code what}; empty if there is no answer. */
    Optional<String> status(String what) {
      ControlClient.Answer answer = ask("status");
      if (answer.outcome() != ControlClient.Outcome.OK) {
        return Optional.empty();
      }
      return Arrays.stream(answer.text().split(" "))
          .filter(word -> word.startsWith(what + "="))
          .map(word -> word.substring(what.length() + 1))
          .findFirst();
    }

    /** The lines of the file of events that came after the first {@code skip}. */
    List<String> events(int skip) {
      Path file = work.resolve("events");
      try {
        return Files.exists(file)
            ? Files.readAllLines(file).stream().skip(skip).toList()
            : List.of();
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }

    @Override
    public String toString() {
      return name;
    }
  }

  private final Path base;
  private final String logName;
  private final List<String> jvmOptions;
  private final Map<String, Manager> managers = new TreeMap<>();
  private final List<Manager> gone = new ArrayList<>();
  private final List<Path> mounts = new ArrayList<>();
  private final Thread hook = new Thread(this::killAll);
  private int made;

  Fleet(Path base, String logName, List<String> jvmOptions) {
    this.base = base;
    this.logName = logName;
    this.jvmOptions = jvmOptions;
    Runtime.getRuntime().addShutdownHook(hook);
  }

  /** The members of the group, alive or not. */
  synchronized List<Manager> managers() {
    return List.copyOf(managers.values());
  }

  /** Those that were members once. */
  synchronized List<Manager> gone() {
    return List.copyOf(gone);
  }

  List<Manager> up() {
    return managers().stream().filter(Manager::isUp).collect(Collectors.toList());
  }

  /** Makes a manager, with the log on a small disk of its own if asked and possible. */
  synchronized Manager create(long tmpfsMegabytes) {
    String name = "m" + ++made;
    Path directory = base.resolve(name);
    try {
      Files.createDirectories(directory.resolve("rig"));
      Files.createDirectories(directory.resolve("log"));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    boolean mounted = tmpfsMegabytes > 0 && mount(directory.resolve("log"), tmpfsMegabytes);
    Manager manager = new Manager(name, directory, mounted);
    managers.put(name, manager);
    return manager;
  }

  private boolean mount(Path at, long megabytes) {
    boolean done =
        run("mount", "-t", "tmpfs", "-o", "size=" + megabytes + "m", "jswarm-chaos", at.toString())
            == 0;
    if (done) {
      mounts.add(at);
    }
    return done;
  }

  /** Starts a process for a manager. */
  void start(Manager manager, ReplicatedLogFactory.Entry entry) {
    writeLinks(manager);
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(jvmOptions);
    command.addAll(
        List.of(
            "-cp",
            System.getProperty("java.class.path"),
            ManagerProcess.class.getName(),
            "name=" + manager.name,
            "address=" + manager.address(),
            "control=" + manager.control,
            "dir=" + manager.log.resolve("raft"),
            "work=" + manager.work,
            "entry=" + entry,
            "log=" + logName,
            "trace=1"));
    try {
      manager.frozen = false;
      manager.process =
          new ProcessBuilder(command)
              .redirectErrorStream(true)
              .redirectOutput(
                  ProcessBuilder.Redirect.appendTo(manager.work.resolve("output").toFile()))
              .start();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Waits until a manager answers; false if it ended instead. */
  boolean awaitStart(Manager manager, Duration timeout) {
    long end = System.nanoTime() + timeout.toNanos();
    while (System.nanoTime() - end < 0) {
      if (!manager.isAlive()) {
        return false;
      }
      if (manager.status("position").isPresent()) {
        if (manager.id.isEmpty()) {
          ControlClient.Answer self = manager.ask("self");
          if (self.outcome() == ControlClient.Outcome.OK) {
            manager.id = self.text().split(" ")[0];
          }
        }
        return true;
      }
      pause(20);
    }
    throw new ChaosFailure(manager + " does not answer " + timeout + " after its start");
  }

  /** The manager that says it leads in the highest term; any thread. */
  Optional<Manager> leader() {
    Manager leader = null;
    long term = -1;
    for (Manager manager : up()) {
      ControlClient.Answer answer = manager.ask("status", Duration.ofMillis(500));
      if (answer.outcome() == ControlClient.Outcome.OK
          && answer.text().startsWith("leading=true")) {
        long its = Long.parseLong(answer.text().split(" ")[1].substring("term=".length()));
        if (its > term) {
          leader = manager;
          term = its;
        }
      }
    }
    return Optional.ofNullable(leader);
  }

  Manager awaitLeader(Duration timeout) {
    long end = System.nanoTime() + timeout.toNanos();
    while (true) {
      Optional<Manager> leader = leader();
      if (leader.isPresent()) {
        return leader.get();
      }
      if (System.nanoTime() - end >= 0) {
        throw new ChaosFailure("no leader within " + timeout);
      }
      pause(10);
    }
  }

  void kill(Manager manager) {
    Process process = manager.process;
    if (process != null) {
      process.destroyForcibly();
      await(process);
    }
    manager.frozen = false;
  }

  void freeze(Manager manager) {
    if (manager.isAlive()) {
      manager.frozen = true;
      signal(manager, "-STOP");
    }
  }

  void thaw(Manager manager) {
    signal(manager, "-CONT");
    manager.frozen = false;
  }

  private static void signal(Manager manager, String signal) {
    Process process = manager.process;
    if (process != null && process.isAlive()) {
      run("sh", "-c", "kill " + signal + " " + process.pid());
    }
  }

  /** Takes a manager out of the books; its process is ended and its disk given back. */
  void forget(Manager manager) {
    kill(manager);
    synchronized (this) {
      managers.remove(manager.name);
      gone.add(manager);
      if (manager.mounted) {
        unmount(manager.log);
      }
      if (gone.size() > GONE_KEPT) {
        delete(gone.remove(0).directory);
      }
    }
  }

  private void unmount(Path at) {
    if (mounts.remove(at) && run("umount", at.toString()) != 0) {
      run("umount", "-l", at.toString());
    }
  }

  /** Holds what {@code from} sends to {@code to}, without a word to either. */
  void cut(Manager from, Manager to) {
    link(from, to, "0 1 0");
    link(to, from, "1 0 0");
  }

  /** Holds what either sends to the other. */
  void cutBoth(Manager one, Manager other) {
    link(one, other, "1 1 0");
    link(other, one, "1 1 0");
  }

  /** Delays what {@code from} sends to {@code to}. */
  void delay(Manager from, Manager to, int millis) {
    link(from, to, "0 0 " + millis);
  }

  /** Cuts every link between the two sides. */
  void partition(Collection<Manager> side, Collection<Manager> other) {
    for (Manager one : side) {
      for (Manager two : other) {
        if (one != two) {
          cutBoth(one, two);
        }
      }
    }
  }

  /** Breaks the connections between two managers with a TCP reset. */
  void reset(Manager one, Manager other) {
    one.ask("reset " + other.address());
    one.ask("reset " + other.name);
  }

  private void link(Manager at, Manager with, String fault) {
    at.links.put(with.name, fault);
    at.links.put(with.address(), fault);
    writeLinks(at);
    tell(at, with.name, fault);
    tell(at, with.address(), fault);
  }

  private static boolean tell(Manager at, String party, String fault) {
    return !at.isUp()
        || at.ask("fault " + party + " " + fault).outcome() == ControlClient.Outcome.OK
        || !at.isUp();
  }

  /** Takes back all that was done to links; everybody has to be thawed first. */
  void heal() {
    for (Manager manager : managers()) {
      List<String> parties = List.copyOf(manager.links.keySet());
      manager.links.clear();
      writeLinks(manager);
      for (String party : parties) {
        for (int tries = 0; !tell(manager, party, "0 0 0"); tries++) {
          if (tries == 10) {
            throw new ChaosFailure(manager + " does not take commands");
          }
          pause(100);
        }
      }
    }
  }

  private static void writeLinks(Manager manager) {
    String lines =
        manager.links.entrySet().stream()
            .map(link -> link.getKey() + " " + link.getValue() + "\n")
            .collect(Collectors.joining());
    try {
      Files.writeString(manager.work.resolve("faults"), lines, StandardCharsets.UTF_8);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private synchronized void killAll() {
    for (Manager manager : managers.values()) {
      Process process = manager.process;
      if (process != null) {
        process.destroyForcibly();
      }
    }
    List.copyOf(mounts).forEach(this::unmount);
  }

  /** Ends all processes and unmounts; files stay. */
  @Override
  public void close() {
    for (Manager manager : managers()) {
      kill(manager);
    }
    synchronized (this) {
      List.copyOf(mounts).forEach(this::unmount);
    }
    Runtime.getRuntime().removeShutdownHook(hook);
  }

  /** Removes a directory and what is in it. */
  static void delete(Path directory) {
    try (Stream<Path> files = Files.walk(directory)) {
      for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
        Files.deleteIfExists(file);
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  static int run(String... command) {
    try {
      Process process =
          new ProcessBuilder(command)
              .redirectErrorStream(true)
              .redirectOutput(ProcessBuilder.Redirect.DISCARD)
              .start();
      return await(process);
    } catch (IOException e) {
      return -1;
    }
  }

  private static int await(Process process) {
    try {
      if (!process.waitFor(20, TimeUnit.SECONDS)) {
        throw new ChaosFailure("process " + process.pid() + " does not end");
      }
      return process.exitValue();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new ChaosFailure("interrupted");
    }
  }

  static void pause(long millis) {
    try {
      Thread.sleep(millis);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new ChaosFailure("interrupted");
    }
  }
}
