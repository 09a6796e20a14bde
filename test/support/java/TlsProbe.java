import java.io.FileInputStream;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.security.KeyStore;
import java.security.cert.X509Certificate;
import java.util.Arrays;
import javax.net.ssl.KeyManager;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.TrustManagerFactory;

/**
 * A TLS client on Java's own libraries, as Android and TAK's Java parts are: trusts what is in a PKCS#12
 * truststore and nothing else, checks the host name, shows the certificate of a PKCS#12 client file.
 *
 * Arguments: host port protocol truststore truststorePassword [clientFile clientPassword]
 * Sends one line, and prints what it learnt and what it was answered.
 */
public final class TlsProbe {
  public static void main(String[] args) throws Exception {
    String host = args[0];
    int port = Integer.parseInt(args[1]);
    TrustManagerFactory trust = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
    trust.init(load(args[3], args[4]));

    SSLContext context = SSLContext.getInstance("TLS");
    context.init(args.length > 5 ? identity(args[5], args[6]) : null, trust.getTrustManagers(), null);

    try (SSLSocket socket = (SSLSocket) context.getSocketFactory().createSocket(host, port)) {
      SSLParameters parameters = socket.getSSLParameters();
      parameters.setProtocols(new String[] {args[2]});
      parameters.setEndpointIdentificationAlgorithm("HTTPS");
      socket.setSSLParameters(parameters);
      socket.setSoTimeout(10_000);
      socket.startHandshake();

      X509Certificate server = (X509Certificate) socket.getSession().getPeerCertificates()[0];
      System.out.println("protocol " + socket.getSession().getProtocol());
      System.out.println("cipher " + socket.getSession().getCipherSuite());
      System.out.println("server " + server.getSerialNumber().toString(16));

      OutputStream out = socket.getOutputStream();
      out.write("hello from Java\n".getBytes(StandardCharsets.UTF_8));
      out.flush();
      InputStream in = socket.getInputStream();
      System.out.print("answer " + new String(in.readAllBytes(), StandardCharsets.UTF_8));
    }
  }

  private static KeyManager[] identity(String path, String password) throws Exception {
    KeyManagerFactory keys = KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
    keys.init(load(path, password), password.toCharArray());
    return keys.getKeyManagers();
  }

  private static KeyStore load(String path, String password) throws Exception {
    KeyStore store = KeyStore.getInstance("PKCS12");
    char[] secret = password.toCharArray();
    try (FileInputStream file = new FileInputStream(path)) {
      store.load(file, secret);
    }
    Arrays.fill(secret, ' ');
    return store;
  }
}
