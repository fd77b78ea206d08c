// SPDX-License-Identifier: Apache-2.0
package io.jswarm.raft.storage;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.jswarm.FailedPreconditionException;
import io.jswarm.PermissionDeniedException;
import io.jswarm.spi.UntrustedLogException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import javax.crypto.SecretKey;
import javax.crypto.spec.SecretKeySpec;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class SealTest {
  private static final byte[] PLAIN = "some plain text".getBytes(UTF_8);
  private static final byte[] DATA = {1, 2, 3};

  @TempDir Path directory;

  private final Seal seal = Seal.withKey(new byte[32]);

  @Test
  void c10_13_aLockedFileOpensWithItsUnlockKeyOnly() throws IOException {
    Path file = directory.resolve("locked");
    Seal seal = Seal.open(file);
    byte[] before = seal.seal(new byte[] {1, 2, 3}, 0, 3, new byte[0]);
    SecretKey right = new SecretKeySpec(new byte[32], "AES");
    byte[] other = new byte[32];
    other[0] = 1;

    seal.lock(right);
    byte[] after = seal.seal(new byte[] {4, 5}, 0, 2, new byte[0]);

    assertThatThrownBy(() -> Seal.open(file))
        .isInstanceOf(FailedPreconditionException.class)
        .hasMessageContaining("needs the unlock key");
    assertThatThrownBy(() -> Seal.open(file, new SecretKeySpec(other, "AES")))
        .isInstanceOf(PermissionDeniedException.class);
    Seal opened = Seal.open(file, right);
    assertThat(opened.open(before, 0, before.length, new byte[0])).containsExactly(1, 2, 3);
    assertThat(opened.open(after, 0, after.length, new byte[0])).containsExactly(4, 5);
    assertThat(Arrays.copyOf(after, 4))
        .as("another data key")
        .isNotEqualTo(Arrays.copyOf(before, 4));
    opened.lock(null);
    assertThat(Seal.open(file).open(after, 0, after.length, new byte[0])).containsExactly(4, 5);
  }

  @Test
  void whatWasSealedOpens() {
    byte[] sealed = seal.seal(PLAIN, 5, 5, DATA);

    assertThat(sealed).hasSize(5 + seal.overhead());
    assertThat(seal.open(sealed, 0, sealed.length, DATA)).isEqualTo("plain".getBytes(UTF_8));
    byte[] within = new byte[sealed.length + 7];
    System.arraycopy(sealed, 0, within, 3, sealed.length);
    assertThat(seal.open(within, 3, sealed.length, DATA)).isEqualTo("plain".getBytes(UTF_8));
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 1, 1023, 1024, 1025, 2048, 2049, 100_000})
  void anyLengthOpens(int length) {
    byte[] plain = new byte[length + 3];
    new Random(length).nextBytes(plain);

    byte[] sealed = seal.seal(plain, 3, length, DATA);

    assertThat(sealed).hasSize(length + seal.overhead());
    assertThat(seal.open(sealed, 0, sealed.length, DATA))
        .isEqualTo(Arrays.copyOfRange(plain, 3, plain.length));
  }

  @Test
  void sealingTwiceGivesDifferentBytes() {
    assertThat(seal.seal(PLAIN, 0, PLAIN.length, DATA))
        .isNotEqualTo(seal.seal(PLAIN, 0, PLAIN.length, DATA));
  }

  @Test
  void nothingChangedOpens() {
    byte[] sealed = seal.seal(PLAIN, 0, PLAIN.length, DATA);

    for (int i = 0; i < sealed.length; i++) {
      byte[] changed = sealed.clone();
      changed[i] ^= 1;
      assertThatThrownBy(() -> seal.open(changed, 0, changed.length, DATA))
          .isInstanceOf(UntrustedLogException.class);
    }
    for (int length = 0; length < sealed.length; length++) {
      int cut = length;
      assertThatThrownBy(() -> seal.open(sealed, 0, cut, DATA))
          .isInstanceOf(UntrustedLogException.class);
    }
    assertThatThrownBy(() -> seal.open(sealed, 0, sealed.length, new byte[] {1, 2, 4}))
        .isInstanceOf(UntrustedLogException.class);
  }

  @Test
  void aKeyFileIsMadeOnceAndForItsOwnerOnly() throws IOException {
    Path file = directory.resolve("keys").resolve("data-key");

    Seal first = Seal.open(file);
    Seal second = Seal.open(file);

    byte[] sealed = first.seal(PLAIN, 0, PLAIN.length, DATA);
    assertThat(second.open(sealed, 0, sealed.length, DATA)).isEqualTo(PLAIN);
    assertThat(second.keyId()).isEqualTo(first.keyId());
    assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(file)))
        .isEqualTo("rw-------");
    assertThat(file.getParent()).isDirectoryContaining("glob:**/data-key");
    assertThat(file.getParent()).isDirectoryNotContaining("glob:**.tmp");
  }

  @Test
  void twoKeyFilesHoldDifferentKeys() throws IOException {
    Seal first = Seal.open(directory.resolve("a"));
    Seal second = Seal.open(directory.resolve("b"));

    byte[] sealed = first.seal(PLAIN, 0, PLAIN.length, DATA);

    assertThatThrownBy(() -> second.open(sealed, 0, sealed.length, DATA))
        .isInstanceOf(UntrustedLogException.class)
        .hasMessageContaining("key " + Seal.name(first.keyId()));
  }

  @Test
  void anyDamageOfTheKeyFileIsNoticed() throws IOException {
    Path file = directory.resolve("data-key");
    Seal.open(file);
    byte[] contents = Files.readAllBytes(file);

    for (int i = 0; i < contents.length - 1; i++) {
      byte[] changed = contents.clone();
      changed[i] ^= 1;
      Files.write(file, changed);
      assertThatThrownBy(() -> Seal.open(file)).isInstanceOf(UntrustedLogException.class);
      Files.write(file, Arrays.copyOf(contents, i));
      assertThatThrownBy(() -> Seal.open(file)).isInstanceOf(UntrustedLogException.class);
    }
  }

  @Test
  void aFileOfSeveralKeysSealsWithTheCurrentOne() throws IOException {
    Path file = directory.resolve("data-key");
    Seal before = Seal.open(file);
    byte[] sealed = before.seal(PLAIN, 0, PLAIN.length, DATA);
    Path other = directory.resolve("other");
    Seal added = Seal.open(other);
    List<String> lines = Files.readAllLines(file);
    List<String> otherLines = Files.readAllLines(other);
    String body =
        String.join("\n", lines.get(0), otherLines.get(1), lines.get(2), otherLines.get(2)) + "\n";
    byte[] bytes = body.getBytes(UTF_8);
    String checksum = "checksum " + Seal.name(Checksum.of(bytes, 0, bytes.length)) + "\n";

    Files.writeString(file, body + checksum);
    Seal rotated = Seal.open(file);

    assertThat(rotated.keyId()).isEqualTo(added.keyId());
    assertThat(rotated.open(sealed, 0, sealed.length, DATA)).isEqualTo(PLAIN);
  }
}
