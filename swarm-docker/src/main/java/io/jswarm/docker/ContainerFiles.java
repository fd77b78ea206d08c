// SPDX-License-Identifier: Apache-2.0
package io.jswarm.docker;

import com.google.common.collect.ListMultimap;
import com.google.common.collect.MultimapBuilder;
import io.jswarm.TaskRuntimeException;
import io.jswarm.model.Config;
import io.jswarm.model.ConfigReference;
import io.jswarm.model.ContainerSpec;
import io.jswarm.model.FileTarget;
import io.jswarm.model.Mount;
import io.jswarm.model.Payload;
import io.jswarm.model.Secret;
import io.jswarm.model.SecretReference;
import io.jswarm.spi.TaskAssignment;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.TreeSet;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveOutputStream;
import org.jspecify.annotations.Nullable;

/**
 * The secrets and configs of a task as files to be copied into its container before it starts.
 * Pure.
 *
 * <p>A container without a writable root, or with a tmpfs where a file should be, gets an anonymous
 * volume on the file's directory: a copy reaches neither the one nor the other.
 *
 * @param files by path
 * @param volumes directories that need an anonymous volume
 */
record ContainerFiles(List<ContainerFile> files, List<String> volumes) {
  private static final String SECRETS = "/run/secrets/";

  ContainerFiles {
    files = List.copyOf(files);
    volumes = List.copyOf(volumes);
  }

  /**
   * One file.
   *
   * @param label what it is, for messages: {@code secret db-password}
   * @param path absolute
   */
  record ContainerFile(String label, String path, FileTarget target, Payload data) {}

  /**
   * Collects the files of a task.
   *
   * @throws TaskRuntimeException if one was not delivered or cannot be where it should
   */
  static ContainerFiles of(TaskAssignment assignment) {
    ContainerSpec container = assignment.container();
    List<ContainerFile> files = new ArrayList<>();
    for (SecretReference reference : container.secrets()) {
      FileTarget target = reference.target();
      if (target != null) {
        String label = "secret " + reference.name();
        Secret secret = delivered(assignment.secrets().get(reference.id()), label);
        files.add(file(label, SECRETS, target, secret.spec().data()));
      }
    }
    for (ConfigReference reference : container.configs()) {
      if (reference.target() instanceof FileTarget target) {
        String label = "config " + reference.name();
        Config config = delivered(assignment.configs().get(reference.id()), label);
        files.add(file(label, "/", target, config.spec().data()));
      }
    }
    TreeSet<String> volumes = new TreeSet<>();
    for (ContainerFile file : files) {
      if (needsVolume(file, container)) {
        volumes.add(directory(file.path()));
      }
    }
    return new ContainerFiles(files, List.copyOf(volumes));
  }

  private static <T> T delivered(@Nullable T object, String label) {
    if (object == null) {
      throw new TaskRuntimeException(label + " was not delivered to this node", false);
    }
    return object;
  }

  private static ContainerFile file(
      String label, String directory, FileTarget target, Payload data) {
    String path = target.name().startsWith("/") ? target.name() : directory + target.name();
    if (path.endsWith("/") || List.of(path.split("/")).contains("..")) {
      throw new TaskRuntimeException(label + ": '" + path + "' is no path of a file", false);
    }
    return new ContainerFile(label, path, target, data);
  }

  private static boolean needsVolume(ContainerFile file, ContainerSpec container) {
    Mount mount = mountAbove(file.path(), container.mounts());
    if (mount != null && mount.type() != Mount.Type.TMPFS) {
      throw new TaskRuntimeException(
          file.label()
              + ": '"
              + file.path()
              + "' lies in the mount at '"
              + mount.target()
              + "' and would stay there after the task; give it another target",
          false);
    }
    if (mount == null && !container.readOnly()) {
      return false;
    }
    String directory = directory(file.path());
    if (directory.equals("/") || (mount != null && directory.equals(mount.target()))) {
      throw new TaskRuntimeException(
          file.label()
              + ": '"
              + file.path()
              + "' cannot be written, as "
              + (mount == null ? "the container's root is read-only" : "a tmpfs is mounted there")
              + "; give it a target in a directory of its own",
          false);
    }
    return true;
  }

  private static @Nullable Mount mountAbove(String path, List<Mount> mounts) {
    return mounts.stream()
        .filter(mount -> (path + "/").startsWith(mount.target().replaceAll("/+$", "") + "/"))
        .max(Comparator.comparingInt(mount -> mount.target().length()))
        .orElse(null);
  }

  private static String directory(String path) {
    int slash = path.lastIndexOf('/');
    return slash == 0 ? "/" : path.substring(0, slash);
  }

  /**
   * A tar archive.
   *
   * @param directory where in the container to unpack it
   */
  record Archive(String directory, Payload tar) {}

  /** What to unpack into the container: one archive per volume, and one for its own root. */
  List<Archive> archives() {
    ListMultimap<String, ContainerFile> byDirectory =
        MultimapBuilder.treeKeys().arrayListValues().build();
    for (ContainerFile file : files) {
      String directory = directory(file.path());
      byDirectory.put(volumes.contains(directory) ? directory : "/", file);
    }
    return byDirectory.keySet().stream()
        .map(directory -> new Archive(directory, tar(directory, byDirectory.get(directory))))
        .toList();
  }

  private static Payload tar(String directory, List<ContainerFile> files) {
    int prefix = directory.equals("/") ? 1 : directory.length() + 1;
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (TarArchiveOutputStream tar = new TarArchiveOutputStream(bytes, "UTF-8")) {
      tar.setLongFileMode(TarArchiveOutputStream.LONGFILE_POSIX);
      tar.setBigNumberMode(TarArchiveOutputStream.BIGNUMBER_POSIX);
      for (ContainerFile file : files) {
        byte[] data = file.data().toByteArray();
        TarArchiveEntry entry = new TarArchiveEntry(file.path().substring(prefix));
        entry.setSize(data.length);
        entry.setMode(file.target().mode());
        entry.setUserId(number(file, "uid", file.target().uid()));
        entry.setGroupId(number(file, "gid", file.target().gid()));
        entry.setModTime(0);
        tar.putArchiveEntry(entry);
        tar.write(data);
        tar.closeArchiveEntry();
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return Payload.of(bytes.toByteArray());
  }

  private static long number(ContainerFile file, String what, String text) {
    try {
      return text.isEmpty() ? 0 : Long.parseLong(text);
    } catch (NumberFormatException e) {
      throw new TaskRuntimeException(
          file.label() + ": " + what + " '" + text + "' is not a number", false, e);
    }
  }
}
