// SPDX-License-Identifier: Apache-2.0
package io.jswarm.examples;

import static java.util.Objects.requireNonNull;

import com.github.dockerjava.api.DockerClient;
import com.github.dockerjava.api.command.BuildImageResultCallback;
import com.google.common.io.MoreFiles;
import com.google.common.io.RecursiveDeleteOption;
import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.spi.ToolProvider;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveOutputStream;

/**
 * An image without a base image, so that no registry is needed: a Java runtime of two modules that
 * {@code jlink} cuts out of this JDK, the system libraries it is linked with, and {@link
 * HelloServer}. Linux only, as the engine runs Linux programs.
 */
final class ScratchImage {
  private static final String DOCKERFILE =
      """
      FROM scratch
      COPY root /
      ENTRYPOINT ["/java/bin/java", "-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC", "-Xmx32m", \\
          "-cp", "/app", "%s"]
      """
          .formatted(HelloServer.class.getName());

  /** {@code libz.so.1 => /lib/libz.so.1 (0x7f…)} or {@code /lib64/ld-linux.so.2 (0x7f…)}. */
  private static final Pattern LIBRARY =
      Pattern.compile("(?:=> |^\\s*)(/\\S+) \\(0x", Pattern.MULTILINE);

  private ScratchImage() {}

  /** Builds the image; returns its size in bytes. */
  static long build(DockerClient client, String image) {
    if (!System.getProperty("os.name").equals("Linux")) {
      throw new CheckFailed("the image is made of this machine's Java, which has to be on Linux");
    }
    try {
      Path work = Files.createTempDirectory("jswarm-image-");
      try {
        Path runtime = work.resolve("java");
        link(runtime);
        Path context = work.resolve("context.tar");
        pack(runtime, context);
        try (InputStream content = Files.newInputStream(context)) {
          client
              .buildImageCmd(content)
              .withTags(Set.of(image))
              .exec(new BuildImageResultCallback())
              .awaitImageId();
        }
        return Files.size(context);
      } finally {
        MoreFiles.deleteRecursively(work, RecursiveDeleteOption.ALLOW_INSECURE);
      }
    } catch (IOException e) {
      throw new UncheckedIOException("the image cannot be built", e);
    }
  }

  private static void link(Path runtime) {
    ToolProvider jlink =
        ToolProvider.findFirst("jlink")
            .orElseThrow(() -> new CheckFailed("this Java has no jlink; use a whole JDK"));
    StringWriter said = new StringWriter();
    PrintWriter out = new PrintWriter(said);
    int code =
        jlink.run(
            out,
            out,
            "--add-modules",
            "java.base,jdk.httpserver",
            "--strip-java-debug-attributes",
            "--no-header-files",
            "--no-man-pages",
            "--output",
            runtime.toString());
    if (code != 0) {
      throw new CheckFailed("jlink ended with " + code + ": " + said.toString().strip());
    }
  }

  private static void pack(Path runtime, Path target) throws IOException {
    try (TarArchiveOutputStream tar =
        new TarArchiveOutputStream(new BufferedOutputStream(Files.newOutputStream(target)))) {
      tar.setLongFileMode(TarArchiveOutputStream.LONGFILE_POSIX);
      add(tar, "Dockerfile", DOCKERFILE.getBytes(StandardCharsets.UTF_8), 0644);
      Set<Path> libraries = new TreeSet<>();
      try (var files = Files.walk(runtime)) {
        for (Path file : files.filter(Files::isRegularFile).sorted().toList()) {
          add(tar, "root/java/" + runtime.relativize(file), file);
          if (Files.isExecutable(file) || file.toString().endsWith(".so")) {
            libraries.addAll(libraries(file, runtime));
          }
        }
      }
      for (Path library : libraries) {
        add(tar, "root" + library, library);
      }
      String server = HelloServer.class.getName().replace('.', '/') + ".class";
      add(tar, "root/app/" + server, classFile(server), 0644);
    }
  }

  /** From a directory or a jar, wherever the examples run from. */
  private static byte[] classFile(String name) throws IOException {
    try (InputStream in = ScratchImage.class.getResourceAsStream("/" + name)) {
      return requireNonNull(in, name).readAllBytes();
    }
  }

  /** The system's libraries that a program needs to be loaded. */
  private static Set<Path> libraries(Path program, Path runtime) throws IOException {
    Process ldd = new ProcessBuilder("ldd", program.toString()).redirectErrorStream(true).start();
    String said = new String(ldd.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    Set<Path> found = new TreeSet<>();
    Matcher line = LIBRARY.matcher(said);
    while (line.find()) {
      Path library = Path.of(line.group(1)).normalize();
      if (!library.startsWith(runtime)) {
        found.add(library);
      }
    }
    return found;
  }

  private static void add(TarArchiveOutputStream tar, String name, Path file) throws IOException {
    add(tar, name, Files.readAllBytes(file), Files.isExecutable(file) ? 0755 : 0644);
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
