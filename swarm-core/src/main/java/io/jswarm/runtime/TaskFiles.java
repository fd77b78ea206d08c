// SPDX-License-Identifier: Apache-2.0
package io.jswarm.runtime;

import io.jswarm.TaskRuntimeException;
import io.jswarm.model.Config;
import io.jswarm.model.ConfigReference;
import io.jswarm.model.FileTarget;
import io.jswarm.model.PortConfig;
import io.jswarm.model.Secret;
import io.jswarm.model.SecretReference;
import io.jswarm.spi.TaskAssignment;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.DirectoryNotEmptyException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Comparator;
import java.util.EnumSet;
import java.util.List;
import java.util.OptionalInt;
import java.util.Set;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * The directory of one task, readable for its user alone:
 *
 * <pre>
 * state.json    written last by prepare; without it there is no task
 * supervisor    mark of the supervising shell, or "-" when the task may not start any more
 * task          mark of the task's main process
 * exit          its exit code
 * reason        why the runtime ended it, if it did
 * stdout, stderr, and with .1 and .times: see CapturedLog
 * work, secrets, configs: directories
 * probe, probe.out: the health check's process and output
 * supervise, run: see Supervision
 * </pre>
 *
 * <p>Methods block. Nothing is kept in memory, so that several agents in a row see the same.
 */
final class TaskFiles {
  private static final FileAttribute<Set<PosixFilePermission>> PRIVATE =
      PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------"));

  private static final List<PosixFilePermission> BITS =
      List.of(
          PosixFilePermission.OTHERS_EXECUTE,
          PosixFilePermission.OTHERS_WRITE,
          PosixFilePermission.OTHERS_READ,
          PosixFilePermission.GROUP_EXECUTE,
          PosixFilePermission.GROUP_WRITE,
          PosixFilePermission.GROUP_READ,
          PosixFilePermission.OWNER_EXECUTE,
          PosixFilePermission.OWNER_WRITE,
          PosixFilePermission.OWNER_READ);

  private static final int DELETE_ATTEMPTS = 10;

  private final Path directory;

  TaskFiles(Path directory) {
    this.directory = directory;
  }

  Path directory() {
    return directory;
  }

  Path work() {
    return directory.resolve("work");
  }

  Path secrets() {
    return directory.resolve("secrets");
  }

  Path configs() {
    return directory.resolve("configs");
  }

  Path probe() {
    return directory.resolve("probe");
  }

  Path probeOutput() {
    return directory.resolve("probe.out");
  }

  /** What prepare left; null when it did not get to its end. */
  @Nullable ProcessState state() throws IOException {
    try {
      return ProcessState.read(directory.resolve("state.json"));
    } catch (NoSuchFileException e) {
      return null;
    }
  }

  /** Makes the directory with everything the task needs to start. */
  ProcessState create(TaskAssignment assignment, List<PortConfig> ports) throws IOException {
    delete();
    Files.createDirectories(directory.getParent());
    for (Path each : List.of(directory, work(), secrets(), configs())) {
      Files.createDirectory(each, PRIVATE);
    }
    writeSecrets(assignment);
    writeConfigs(assignment);
    Supervision.install(directory);
    ProcessState state = new ProcessState(assignment.taskId(), assignment.task().nodeId(), ports);
    state.write(directory.resolve("state.json"));
    return state;
  }

  private void writeSecrets(TaskAssignment assignment) throws IOException {
    for (SecretReference reference : assignment.container().secrets()) {
      Secret secret = assignment.secrets().get(reference.id());
      if (secret == null) {
        throw new TaskRuntimeException("secret " + reference.name() + " did not arrive", false);
      }
      FileTarget target = reference.target();
      String name = target == null ? reference.name() : target.name();
      int mode = target == null ? 0400 : target.mode();
      String prefix = "/run/secrets/";
      String relative = name.startsWith(prefix) ? name.substring(prefix.length()) : name;
      write(secrets(), relative, secret.spec().data().toByteArray(), mode);
    }
  }

  private void writeConfigs(TaskAssignment assignment) throws IOException {
    for (ConfigReference reference : assignment.container().configs()) {
      if (reference.target() instanceof FileTarget target) {
        Config config = assignment.configs().get(reference.id());
        if (config == null) {
          throw new TaskRuntimeException("config " + reference.name() + " did not arrive", false);
        }
        write(configs(), target.name(), config.spec().data().toByteArray(), target.mode());
      }
    }
  }

  private static void write(Path root, String name, byte[] data, int mode) throws IOException {
    Path file = root.resolve(name.replaceFirst("^/+", "")).normalize();
    if (!file.startsWith(root) || file.equals(root)) {
      throw new TaskRuntimeException("file target " + name + " leads out of its directory", false);
    }
    Files.createDirectories(file.getParent(), PRIVATE);
    Files.createFile(file, PRIVATE);
    Files.write(file, data);
    EnumSet<PosixFilePermission> permissions = EnumSet.noneOf(PosixFilePermission.class);
    for (int bit = 0; bit < BITS.size(); bit++) {
      if ((mode & 1 << bit) != 0) {
        permissions.add(BITS.get(bit));
      }
    }
    Files.setPosixFilePermissions(file, permissions);
  }

  @Nullable ProcessMark supervisor() throws IOException {
    return ProcessMark.read(directory.resolve("supervisor"));
  }

  @Nullable ProcessMark task() throws IOException {
    return ProcessMark.read(directory.resolve("task"));
  }

  /** Whether a supervisor took the task, or it was barred from ever starting. */
  boolean claimed() {
    return Files.exists(directory.resolve("supervisor"));
  }

  /** Keeps the task from ever starting; false when a supervisor was faster. */
  boolean bar() throws IOException {
    try {
      Files.writeString(directory.resolve("supervisor"), "-\n", StandardOpenOption.CREATE_NEW);
      return true;
    } catch (FileAlreadyExistsException e) {
      return barred();
    }
  }

  boolean barred() throws IOException {
    try {
      return Files.readString(directory.resolve("supervisor")).equals("-\n");
    } catch (NoSuchFileException e) {
      return false;
    }
  }

  /** Whether there may be an exit code. */
  boolean exited() {
    return Files.exists(directory.resolve("exit"));
  }

  /** The exit code, once it is there completely. */
  OptionalInt exitCode() throws IOException {
    try {
      String text = Files.readString(directory.resolve("exit"));
      return text.endsWith("\n")
          ? OptionalInt.of(Integer.parseInt(text.strip()))
          : OptionalInt.empty();
    } catch (NoSuchFileException e) {
      return OptionalInt.empty();
    }
  }

  /** Remembers why the task is going to be stopped. */
  void reason(String reason) throws IOException {
    Files.writeString(directory.resolve("reason"), reason);
  }

  String reason() throws IOException {
    try {
      return Files.readString(directory.resolve("reason"));
    } catch (NoSuchFileException e) {
      return "";
    }
  }

  /** Deletes what must not lie around longer than the task runs. */
  void deleteSecrets() throws IOException {
    delete(secrets());
  }

  /** Deletes everything. */
  void delete() throws IOException {
    Files.deleteIfExists(directory.resolve("state.json"));
    delete(directory);
  }

  private static void delete(Path root) throws IOException {
    for (int attempt = 1; ; attempt++) {
      try {
        deleteOnce(root);
        return;
      } catch (DirectoryNotEmptyException | UncheckedIOException e) {
        if (attempt == DELETE_ATTEMPTS) { // something in there keeps making files
          throw e;
        }
      }
    }
  }

  private static void deleteOnce(Path root) throws IOException {
    List<Path> paths;
    try (Stream<Path> found = Files.walk(root)) {
      paths = found.sorted(Comparator.reverseOrder()).toList();
    } catch (NoSuchFileException e) {
      return;
    }
    for (Path path : paths) {
      Files.deleteIfExists(path);
    }
  }
}
