// SPDX-License-Identifier: Apache-2.0
package io.jswarm.security;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.jswarm.FailedPreconditionException;
import io.jswarm.InvalidSpecException;
import io.jswarm.PermissionDeniedException;
import io.jswarm.model.NodeRole;
import io.jswarm.model.Payload;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.time.Instant;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class IdentityFilesTest {
  private static final Instant NOW = Instant.parse("2026-11-26T10:00:00Z");

  @TempDir private Path dir;

  private final RootAuthority root = RootAuthority.create(NOW);

  private NodeIdentity identity(String nodeId) {
    CertificateRequest request = CertificateRequest.create();
    return request.certified(
        root.issue(
            request.pem(), "c1", NodeRole.MANAGER, nodeId, Duration.ofDays(1), Payload.EMPTY, NOW));
  }

  private Path file() {
    return dir.resolve("swarm-node.pem");
  }

  @Test
  void whatIsLoadedIsWhatWasSaved() {
    NodeIdentity saved = identity("n1");
    IdentityFiles files = IdentityFiles.in(dir, null);
    assertThat(files.load()).isEmpty();

    files.save(saved);

    assertThat(IdentityFiles.in(dir, null).load()).contains(saved);
  }

  @Test
  void aCrashWhileReplacingLeavesTheOldOne() throws IOException {
    IdentityFiles files = IdentityFiles.in(dir, null);
    files.save(identity("n1"));
    String whole = Files.readString(file());

    Files.writeString(dir.resolve("swarm-node.pem.new"), whole.substring(0, 100));

    assertThat(files.load().orElseThrow().nodeId()).isEqualTo("n1");
    files.save(identity("n2"));
    assertThat(files.load().orElseThrow().nodeId()).isEqualTo("n2");
  }

  @Test
  void damageIsToldWithTheNameOfTheFile() throws IOException {
    IdentityFiles files = IdentityFiles.in(dir, null);
    files.save(identity("n1"));
    String mine = Files.readString(file());
    files.save(identity("n2"));
    String other = Files.readString(file());
    String certificate = "-----BEGIN CERTIFICATE";
    String mixed =
        mine.substring(0, mine.indexOf(certificate)) + other.substring(other.indexOf(certificate));

    for (String damaged : new String[] {"", mine.substring(0, 200), mixed}) {
      Files.writeString(file(), damaged);
      assertThatThrownBy(files::load)
          .isInstanceOf(FailedPreconditionException.class)
          .hasMessageContaining(file().toString());
    }
  }

  @Test
  void aLockedKeyOpensWithItsUnlockKeyOnly() throws IOException {
    UnlockKey right = UnlockKey.generate();
    IdentityFiles files = IdentityFiles.in(dir, null);
    NodeIdentity identity = identity("n1");
    files.save(identity);

    files.lock(right);

    assertThat(Files.readString(file())).doesNotContain("BEGIN PRIVATE KEY");
    assertThatThrownBy(() -> IdentityFiles.in(dir, null).load())
        .isInstanceOf(FailedPreconditionException.class)
        .hasMessageContaining("unlock key");
    assertThatThrownBy(() -> IdentityFiles.in(dir, UnlockKey.generate()).load())
        .isInstanceOf(PermissionDeniedException.class);
    assertThat(IdentityFiles.in(dir, right).load()).contains(identity);
    files.lock(null);
    assertThat(IdentityFiles.in(dir, null).load()).contains(identity);
  }

  @Test
  void anUnlockKeyHasTheFormOfTheOriginals() {
    UnlockKey key = UnlockKey.generate();

    assertThat(key.text()).matches("SWMKEY-1-[A-Za-z0-9+/]{43}");
    assertThat(UnlockKey.parse(key.text()).bytes()).isEqualTo(key.bytes());
    assertThat(key.toString()).doesNotContain(key.text());
    assertThatThrownBy(() -> UnlockKey.parse("SWMKEY-1-short"))
        .isInstanceOf(InvalidSpecException.class)
        .hasMessageNotContaining("short");
  }

  @Test
  void everythingIsTheOwnersOnly() throws IOException {
    Path deep = dir.resolve("a/certificates");
    IdentityFiles files = IdentityFiles.in(deep, null);

    files.save(identity("n1"));
    files.saveNewRootKey(root.keyPem());

    assertThat(permissions(deep)).isEqualTo("rwx------");
    for (String secret : new String[] {"swarm-node.pem", "swarm-root-ca.key"}) {
      assertThat(permissions(deep.resolve(secret))).as(secret).isEqualTo("rw-------");
    }
    files.forgetNewRootKey();
    assertThat(files.newRootKey()).isEqualTo(Payload.EMPTY);
    assertThat(deep.resolve("swarm-root-ca.key")).doesNotExist();
  }

  private static String permissions(Path file) throws IOException {
    return PosixFilePermissions.toString(Files.getPosixFilePermissions(file));
  }

  /** Without its roots a node would trust nobody, and blame the others. */
  @Test
  void damagedRootsAreToldWithTheNameOfTheFile() throws IOException {
    IdentityFiles files = IdentityFiles.in(dir, null);
    assertThat(files.roots()).isEqualTo(Payload.EMPTY);
    files.saveRoots(root.certificatePem());
    assertThat(files.roots()).isEqualTo(root.certificatePem());
    String whole = root.certificatePem().toUtf8();

    for (String damaged :
        new String[] {"", "x", whole.substring(0, 200), Pem.encode(Pem.CERTIFICATE, new byte[9])}) {
      Files.writeString(dir.resolve("swarm-root-ca.crt"), damaged);
      assertThatThrownBy(files::roots)
          .as(damaged)
          .isInstanceOf(FailedPreconditionException.class)
          .hasMessageContaining(dir.resolve("swarm-root-ca.crt").toString());
    }
  }

  @Test
  void anUnlockKeyIsReplacedByAnother() {
    UnlockKey first = UnlockKey.generate();
    UnlockKey second = UnlockKey.generate();
    NodeIdentity identity = identity("n1");
    IdentityFiles files = IdentityFiles.in(dir, first);
    files.save(identity);

    files.lock(second);

    assertThat(files.isLocked()).isTrue();
    assertThat(IdentityFiles.in(dir, second).load()).contains(identity);
    assertThatThrownBy(() -> IdentityFiles.in(dir, first).load())
        .isInstanceOf(PermissionDeniedException.class)
        .hasMessageNotContaining(first.text());
  }

  @Test
  void aWrongUnlockKeyChangesNothing() throws IOException {
    UnlockKey right = UnlockKey.generate();
    IdentityFiles.in(dir, right).save(identity("n1"));
    String before = Files.readString(file());

    assertThatThrownBy(() -> IdentityFiles.in(dir, UnlockKey.generate()).lock(null))
        .isInstanceOf(PermissionDeniedException.class);

    assertThat(Files.readString(file())).isEqualTo(before);
  }

  /** Else the next start would ask for a key that nothing is locked with. */
  @Test
  void aKeyThatCannotBeLockedAnewStaysLockedAsItWas() throws IOException {
    UnlockKey right = UnlockKey.generate();
    IdentityFiles files = IdentityFiles.in(dir, right);
    NodeIdentity identity = identity("n1");
    files.save(identity);
    Path inTheWay = Files.createDirectories(dir.resolve("swarm-node.pem.new/x"));

    assertThatThrownBy(() -> files.lock(UnlockKey.generate()))
        .isInstanceOf(FailedPreconditionException.class);

    assertThat(files.unlockKey().orElseThrow().text()).isEqualTo(right.text());
    assertThat(files.load()).contains(identity);
    Files.delete(inTheWay);
    files.save(identity);
    assertThat(IdentityFiles.in(dir, right).load()).contains(identity);
  }

  @Test
  void aDirectoryThatOthersCanReadIsTakenFromThem() throws IOException {
    Path open = Files.createDirectory(dir.resolve("open"));
    Files.setPosixFilePermissions(open, PosixFilePermissions.fromString("rwxr-xr-x"));

    IdentityFiles.in(open, null).save(identity("n1"));

    assertThat(permissions(open)).isEqualTo("rwx------");
  }

  @Test
  void aKeyHasOneSpellingOnly() {
    UnlockKey key = UnlockKey.generate();

    assertThat(UnlockKey.parse(" " + key.text() + "\n").text()).isEqualTo(key.text());
    assertThatThrownBy(() -> UnlockKey.parse(key.text() + "="))
        .isInstanceOf(InvalidSpecException.class);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "SWMKEY-1-",
        "SWMKEY-2-secretsecretsecretsecretsecretsecretsecretse",
        "swmkey-1-secretsecretsecretsecretsecretsecretsecretse",
        "SWMKEY-1-secretsecretsecretsecretsecretsecretsecretsecret",
        "SWMKEY-1-secret!ecretsecretsecretsecretsecretsecretse"
      })
  void whatIsNoUnlockKeyIsRefusedWithoutRepeatingIt(String text) {
    assertThatThrownBy(() -> UnlockKey.parse(text))
        .isInstanceOf(InvalidSpecException.class)
        .hasMessageNotContaining("secret");
  }
}
