// SPDX-License-Identifier: Apache-2.0
package io.jswarm.agent;

import io.jswarm.model.ModelCodec;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicInteger;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Remembers in files. Writes to one task that wait for the disk are replaced by later ones. A
 * failed write is logged and forgotten: it costs a task its re-adoption after a crash, nothing
 * else.
 */
final class FileTaskDatabase implements TaskDatabase {
  private static final Logger LOG = LoggerFactory.getLogger(FileTaskDatabase.class);
  private static final String SUFFIX = ".task";

  private final Path directory;
  private final Executor blocking;

  /** Newest write per task that has not been done; empty = remove the file. */
  private final Map<String, Optional<Entry>> unwritten = new ConcurrentSkipListMap<>();

  private final ConcurrentLinkedQueue<Runnable> work = new ConcurrentLinkedQueue<>();
  private final AtomicInteger waiting = new AtomicInteger();

  FileTaskDatabase(Path directory, Executor blocking) {
    this.directory = directory;
    this.blocking = blocking;
  }

  @Override
  public CompletionStage<List<Entry>> load() {
    CompletableFuture<List<Entry>> loaded = new CompletableFuture<>();
    enqueue(
        () -> {
          try {
            loaded.complete(readAll());
          } catch (IOException | UncheckedIOException e) {
            loaded.completeExceptionally(e);
          }
        });
    return loaded;
  }

  @Override
  public void put(Entry entry) {
    write(entry.task().id(), Optional.of(entry));
  }

  @Override
  public void remove(String taskId) {
    write(taskId, Optional.empty());
  }

  @Override
  public CompletionStage<Void> flush() {
    CompletableFuture<Void> done = new CompletableFuture<>();
    enqueue(() -> done.complete(null));
    return done;
  }

  private void write(String taskId, Optional<Entry> entry) {
    if (unwritten.put(taskId, entry) == null) {
      enqueue(
          () -> {
            Optional<Entry> newest = unwritten.remove(taskId);
            if (newest != null) {
              writeFile(taskId, newest);
            }
          });
    }
  }

  private void writeFile(String taskId, Optional<Entry> entry) {
    Path file = directory.resolve(taskId + SUFFIX);
    try {
      if (entry.isEmpty()) {
        Files.deleteIfExists(file);
        return;
      }
      Files.createDirectories(directory);
      Path fresh = directory.resolve(taskId + ".new");
      try (FileChannel channel =
          FileChannel.open(
              fresh,
              StandardOpenOption.CREATE,
              StandardOpenOption.WRITE,
              StandardOpenOption.TRUNCATE_EXISTING)) {
        ByteBuffer bytes = ByteBuffer.wrap(ModelCodec.toCbor(entry.get()));
        while (bytes.hasRemaining()) {
          channel.write(bytes);
        }
        channel.force(false);
      }
      Files.move(fresh, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    } catch (IOException e) {
      LOG.atWarn().addKeyValue("task", taskId).setCause(e).log("cannot remember a task on disk");
    }
  }

  private List<Entry> readAll() throws IOException {
    List<Entry> entries = new ArrayList<>();
    if (!Files.isDirectory(directory)) {
      return entries;
    }
    try (DirectoryStream<Path> files = Files.newDirectoryStream(directory, "*" + SUFFIX)) {
      for (Path file : files) {
        try {
          entries.add(ModelCodec.fromCbor(Files.readAllBytes(file), Entry.class));
        } catch (IllegalArgumentException e) {
          LOG.warn("a remembered task is unreadable, {}: {}", file, e.getMessage());
        }
      }
    }
    entries.sort(Comparator.comparing(entry -> entry.task().id()));
    return entries;
  }

  private void enqueue(Runnable job) {
    work.add(job);
    if (waiting.getAndIncrement() == 0) {
      blocking.execute(this::drain);
    }
  }

  private void drain() {
    do {
      Runnable job = work.poll();
      if (job != null) {
        job.run();
      }
    } while (waiting.decrementAndGet() > 0);
  }
}
