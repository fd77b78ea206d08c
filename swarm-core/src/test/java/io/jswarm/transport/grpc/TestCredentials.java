// SPDX-License-Identifier: Apache-2.0
package io.jswarm.transport.grpc;

import io.jswarm.model.NodeRole;
import io.jswarm.transport.Credentials;
import io.jswarm.transport.PeerIdentity;
import java.net.Socket;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.Principal;
import java.security.PrivateKey;
import java.security.cert.Certificate;
import java.security.cert.CertificateException;
import java.security.cert.X509Certificate;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;
import javax.naming.InvalidNameException;
import javax.naming.ldap.LdapName;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.TrustManagerFactory;
import javax.net.ssl.X509ExtendedKeyManager;
import javax.net.ssl.X509ExtendedTrustManager;
import org.jspecify.annotations.Nullable;

/** A node's credentials of which a test says what they are. */
final class TestCredentials implements Credentials {
  static final String CLUSTER = "c1";

  private final Set<String> removed = ConcurrentHashMap.newKeySet();
  private final X509ExtendedTrustManager trust;
  private volatile X509ExtendedKeyManager key;
  private final AtomicLong generation = new AtomicLong();

  /** Credentials of somebody who trusts this root. */
  TestCredentials(X509Certificate root, TestAuthority.@Nullable Issued own) {
    this.trust = trust(root);
    this.key = key(own);
  }

  /** From now on shows another certificate, or none. */
  void show(TestAuthority.@Nullable Issued own) {
    key = key(own);
    generation.incrementAndGet();
  }

  /** Refuses a node from now on. */
  void remove(String nodeId) {
    removed.add(nodeId);
  }

  @Override
  public X509ExtendedKeyManager keyManager() {
    return key;
  }

  @Override
  public X509ExtendedTrustManager trustManager() {
    return trust;
  }

  @Override
  public PeerIdentity identify(X509Certificate certificate) throws CertificateException {
    String name = certificate.getSubjectX500Principal().getName();
    if (!CLUSTER.equals(part(name, "O"))) {
      throw new CertificateException("of cluster " + part(name, "O") + ", not " + CLUSTER);
    }
    if (removed.contains(part(name, "CN"))) {
      throw new CertificateException("node " + part(name, "CN") + " was removed");
    }
    return new PeerIdentity(part(name, "CN"), NodeRole.valueOf(part(name, "OU")));
  }

  @Override
  public long generation() {
    return generation.get();
  }

  private static String part(String name, String type) {
    try {
      return new LdapName(name)
          .getRdns().stream()
              .filter(part -> part.getType().equals(type))
              .map(part -> part.getValue().toString())
              .findFirst()
              .orElse("");
    } catch (InvalidNameException e) {
      throw new AssertionError(e);
    }
  }

  private static X509ExtendedKeyManager key(TestAuthority.@Nullable Issued own) {
    try {
      KeyStore store = KeyStore.getInstance("PKCS12");
      store.load(null, null);
      if (own != null) {
        store.setKeyEntry("own", own.key(), new char[0], new Certificate[] {own.certificate()});
      }
      KeyManagerFactory factory = KeyManagerFactory.getInstance("SunX509");
      factory.init(store, new char[0]);
      return new AnyIssuer((X509ExtendedKeyManager) factory.getKeyManagers()[0]);
    } catch (GeneralSecurityException | java.io.IOException e) {
      throw new AssertionError(e);
    }
  }

  private static X509ExtendedTrustManager trust(X509Certificate root) {
    try {
      KeyStore store = KeyStore.getInstance("PKCS12");
      store.load(null, null);
      store.setCertificateEntry("root", root);
      TrustManagerFactory factory = TrustManagerFactory.getInstance("PKIX");
      factory.init(store);
      return new AnyHost((X509ExtendedTrustManager) factory.getTrustManagers()[0]);
    } catch (GeneralSecurityException | java.io.IOException e) {
      throw new AssertionError(e);
    }
  }

  /** Does not compare names of hosts. */
  private static final class AnyHost extends X509ExtendedTrustManager {
    private final X509ExtendedTrustManager trust;

    AnyHost(X509ExtendedTrustManager trust) {
      this.trust = trust;
    }

    @Override
    public void checkClientTrusted(X509Certificate[] chain, String type, Socket socket)
        throws CertificateException {
      trust.checkClientTrusted(chain, type);
    }

    @Override
    public void checkServerTrusted(X509Certificate[] chain, String type, Socket socket)
        throws CertificateException {
      trust.checkServerTrusted(chain, type);
    }

    @Override
    public void checkClientTrusted(X509Certificate[] chain, String type, SSLEngine engine)
        throws CertificateException {
      trust.checkClientTrusted(chain, type);
    }

    @Override
    public void checkServerTrusted(X509Certificate[] chain, String type, SSLEngine engine)
        throws CertificateException {
      trust.checkServerTrusted(chain, type);
    }

    @Override
    public void checkClientTrusted(X509Certificate[] chain, String type)
        throws CertificateException {
      trust.checkClientTrusted(chain, type);
    }

    @Override
    public void checkServerTrusted(X509Certificate[] chain, String type)
        throws CertificateException {
      trust.checkServerTrusted(chain, type);
    }

    @Override
    public X509Certificate[] getAcceptedIssuers() {
      return trust.getAcceptedIssuers();
    }
  }

  /** Shows its certificate to everybody, as somebody with bad intentions does. */
  private static final class AnyIssuer extends X509ExtendedKeyManager {
    private final X509ExtendedKeyManager key;

    AnyIssuer(X509ExtendedKeyManager key) {
      this.key = key;
    }

    @Override
    public String chooseEngineClientAlias(String[] types, Principal[] issuers, SSLEngine engine) {
      return key.chooseEngineClientAlias(types, null, engine);
    }

    @Override
    public String chooseEngineServerAlias(String type, Principal[] issuers, SSLEngine engine) {
      return key.chooseEngineServerAlias(type, null, engine);
    }

    @Override
    public String[] getClientAliases(String type, Principal[] issuers) {
      return key.getClientAliases(type, null);
    }

    @Override
    public String chooseClientAlias(String[] types, Principal[] issuers, Socket socket) {
      return key.chooseClientAlias(types, null, socket);
    }

    @Override
    public String[] getServerAliases(String type, Principal[] issuers) {
      return key.getServerAliases(type, null);
    }

    @Override
    public String chooseServerAlias(String type, Principal[] issuers, Socket socket) {
      return key.chooseServerAlias(type, null, socket);
    }

    @Override
    public X509Certificate[] getCertificateChain(String alias) {
      return key.getCertificateChain(alias);
    }

    @Override
    public PrivateKey getPrivateKey(String alias) {
      return key.getPrivateKey(alias);
    }
  }
}
