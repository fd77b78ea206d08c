// SPDX-License-Identifier: Apache-2.0
package io.jswarm.transport.grpc;

import io.jswarm.transport.Credentials;
import java.security.Principal;
import java.security.PrivateKey;
import java.security.cert.X509Certificate;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.X509ExtendedKeyManager;
import org.jspecify.annotations.NullUnmarked;

/**
 * The key the node has at the time of a handshake: a TLS context outlives keys. One that is
 * replaced in the middle of a handshake fails it, and the next succeeds.
 */
@NullUnmarked // as the JDK's
final class PresentKey extends X509ExtendedKeyManager {
  private final Credentials credentials;

  PresentKey(Credentials credentials) {
    this.credentials = credentials;
  }

  @Override
  public String chooseEngineClientAlias(String[] types, Principal[] issuers, SSLEngine engine) {
    return credentials.keyManager().chooseEngineClientAlias(types, issuers, engine);
  }

  @Override
  public String chooseEngineServerAlias(String type, Principal[] issuers, SSLEngine engine) {
    return credentials.keyManager().chooseEngineServerAlias(type, issuers, engine);
  }

  @Override
  public String[] getClientAliases(String type, Principal[] issuers) {
    return credentials.keyManager().getClientAliases(type, issuers);
  }

  @Override
  public String chooseClientAlias(String[] types, Principal[] issuers, java.net.Socket socket) {
    return credentials.keyManager().chooseClientAlias(types, issuers, socket);
  }

  @Override
  public String[] getServerAliases(String type, Principal[] issuers) {
    return credentials.keyManager().getServerAliases(type, issuers);
  }

  @Override
  public String chooseServerAlias(String type, Principal[] issuers, java.net.Socket socket) {
    return credentials.keyManager().chooseServerAlias(type, issuers, socket);
  }

  @Override
  public X509Certificate[] getCertificateChain(String alias) {
    return credentials.keyManager().getCertificateChain(alias);
  }

  @Override
  public PrivateKey getPrivateKey(String alias) {
    return credentials.keyManager().getPrivateKey(alias);
  }
}
