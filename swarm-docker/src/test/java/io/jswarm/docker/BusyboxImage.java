// SPDX-License-Identifier: Apache-2.0
package io.jswarm.docker;

import com.github.dockerjava.api.DockerClient;
import com.github.dockerjava.api.command.BuildImageResultCallback;
import com.github.dockerjava.api.exception.NotFoundException;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveOutputStream;
import org.apache.commons.compress.archivers.tar.TarConstants;

/**
 * An image with a shell, made of this machine's static busybox, so that tests need no registry.
 * Debian has it in the package busybox-static.
 */
final class BusyboxImage {
  static final String NAME = "jswarm-test/busybox:1";

  private static final Path BUSYBOX = Path.of("/bin/busybox");

  private static final List<String> APPLETS =
      List.of(
          "cat",
          "echo",
          "id",
          "ls",
          "nc",
          "printenv",
          "printf",
          "rm",
          "seq",
          "sh",
          "sleep",
          "stat",
          "test",
          "touch",
          "yes",
          "head",
          "tr",
          "wc");

  private BusyboxImage() {}

  /** Builds the image unless the engine has it. */
  static void provide(DockerClient client) {
    try {
      client.inspectImageCmd(NAME).exec();
    } catch (NotFoundException e) {
      client
          .buildImageCmd(new ByteArrayInputStream(context()))
          .withTags(Set.of(NAME))
          .exec(new BuildImageResultCallback())
          .awaitImageId();
    }
  }

  private static byte[] context() {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (TarArchiveOutputStream tar = new TarArchiveOutputStream(bytes)) {
      String dockerfile = "FROM scratch\nADD root.tar /\n";
      add(tar, "Dockerfile", dockerfile.getBytes(StandardCharsets.UTF_8), 0644);
      add(tar, "root.tar", rootFileSystem(), 0644);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return bytes.toByteArray();
  }

  /** A tar of the files in it. */
  static byte[] rootFileSystem() {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (TarArchiveOutputStream tar = new TarArchiveOutputStream(bytes)) {
      for (String directory : List.of("bin/", "dev/", "etc/", "proc/", "run/", "sys/", "tmp/")) {
        tar.putArchiveEntry(new TarArchiveEntry(directory));
        tar.closeArchiveEntry();
      }
      add(tar, "bin/busybox", Files.readAllBytes(BUSYBOX), 0755);
      for (String applet : APPLETS) {
        TarArchiveEntry link = new TarArchiveEntry("bin/" + applet, TarConstants.LF_SYMLINK);
        link.setLinkName("busybox");
        tar.putArchiveEntry(link);
        tar.closeArchiveEntry();
      }
      add(tar, "etc/passwd", "root:x:0:0::/:/bin/sh\n".getBytes(StandardCharsets.UTF_8), 0644);
      add(tar, "etc/group", "root:x:0:\n".getBytes(StandardCharsets.UTF_8), 0644);
    } catch (IOException e) {
      throw new UncheckedIOException(
          "cannot read " + BUSYBOX + "; install the package busybox-static", e);
    }
    return bytes.toByteArray();
  }

  private static void add(TarArchiveOutputStream tar, String name, byte[] content, int mode)
      throws IOException {
    TarArchiveEntry entry = new TarArchiveEntry(name);
    entry.setSize(content.length);
    entry.setMode(mode);
    tar.putArchiveEntry(entry);
    tar.write(content);
    tar.closeArchiveEntry();
  }
}
