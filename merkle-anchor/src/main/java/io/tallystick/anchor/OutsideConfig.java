// SPDX-License-Identifier: Apache-2.0
package io.tallystick.anchor;

import io.tallystick.anchor.external.Anchor;
import io.tallystick.anchor.external.AnchorKind;
import io.tallystick.anchor.locallog.LocalLogAnchor;
import io.tallystick.anchor.receipt.ReceiptClock;
import io.tallystick.anchor.rekor.RekorAnchor;
import io.tallystick.anchor.timestamp.TimestampAnchor;
import io.tallystick.anchor.witness.WitnessAnchor;
import io.tallystick.note.NoteException;
import io.tallystick.receipt.ReceiptException;
import io.tallystick.receipt.RekorLog;
import io.tallystick.receipt.TimestampAuthority;
import io.tallystick.receipt.Witness;
import io.tallystick.trust.KeyException;
import io.tallystick.trust.KeyFile;
import io.tallystick.trust.SigningKey;
import io.tallystick.trust.StrictBase64;
import io.tallystick.trust.TrustAnchors;
import io.tallystick.trust.TrustRootWatch;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.cert.Certificate;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.apache.kafka.common.config.AbstractConfig;
import org.apache.kafka.common.config.ConfigDef;
import org.apache.kafka.common.config.ConfigDef.Importance;
import org.apache.kafka.common.config.ConfigDef.Range;
import org.apache.kafka.common.config.ConfigDef.ValidString;
import org.apache.kafka.common.config.ConfigException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Configuration of one anchor: the keys behind {@code ledger.anchor.<id>.}. */
final class OutsideConfig extends AbstractConfig {
    static final String PREFIX = "ledger.anchor.";

    static final String TYPE = "type";
    static final String URL = "url";
    static final String TIMEOUT_MS = "timeout.ms";
    static final String VKEY = "vkey";
    static final String ROOTS = "roots";
    static final String POLICIES = "policies";
    static final String FILE = "file";
    static final String KEY_FILE = "key.file";
    static final String PASSPHRASE_FILE = "passphrase.file";
    static final String ORIGIN = "origin";

    private static final Logger LOGGER = LoggerFactory.getLogger(OutsideConfig.class);

    private final String id;
    private final AnchorConfig ledger;

    /** @throws ConfigException if a value is missing or impossible, or a key is unknown */
    OutsideConfig(AnchorConfig ledger, String id) {
        super(definition(), ledger.originalsWithPrefix(PREFIX + id + "."), false);
        this.id = id;
        this.ledger = ledger;
        if (!id.matches("[a-z0-9](?:[a-z0-9.-]{0,61}[a-z0-9])?")) {
            throw new ConfigException(
                    AnchorConfig.ANCHORS, id, "must be 1 to 63 lower-case letters, digits, inner dashes and dots");
        }
        for (String key : originals().keySet()) {
            if (!definition().names().contains(key)) {
                throw new ConfigException("unknown key " + PREFIX + id + "." + key);
            }
        }
        needed();
    }

    static ConfigDef definition() {
        return new ConfigDef()
                .define(
                        TYPE,
                        ConfigDef.Type.STRING,
                        ConfigDef.NO_DEFAULT_VALUE,
                        ValidString.in("witness", "tsa", "rekor", "log"),
                        Importance.HIGH,
                        "witness: C2SP witness. tsa: RFC 3161 time-stamping authority. rekor: Rekor v2 log. log: local"
                                + " log file.")
                .define(
                        URL,
                        ConfigDef.Type.STRING,
                        "",
                        Importance.HIGH,
                        "witness, tsa, rekor: where it is asked, http or https. A witness's is its submission prefix,"
                                + " without /add-checkpoint; a Rekor log's that of its shard.")
                .define(
                        TIMEOUT_MS,
                        ConfigDef.Type.LONG,
                        Duration.ofSeconds(30).toMillis(),
                        Range.between(100, Duration.ofMinutes(10).toMillis()),
                        Importance.LOW,
                        "witness, tsa, rekor: milliseconds for one request, from connecting to the last byte.")
                .define(
                        VKEY,
                        ConfigDef.Type.STRING,
                        "",
                        Importance.HIGH,
                        "witness, rekor: its verifier key, name+id+key. Answers by another key are not accepted.")
                .define(
                        ROOTS,
                        ConfigDef.Type.LIST,
                        "",
                        Importance.HIGH,
                        "tsa: PEM files with the root certificates its time-stamps must lead to.")
                .define(
                        POLICIES,
                        ConfigDef.Type.LIST,
                        "",
                        Importance.LOW,
                        "tsa: object identifiers of the policies it may state; any if empty.")
                .define(
                        ORIGIN,
                        ConfigDef.Type.STRING,
                        "",
                        Importance.LOW,
                        "rekor, log: first line of the log's own checkpoints. By default the name in vkey, and"
                                + " <ledger.origin>/<id> for a local log.")
                .define(
                        FILE,
                        ConfigDef.Type.STRING,
                        "",
                        Importance.HIGH,
                        "log: the log's file, best where the ledger's operator cannot change it. One process at a time;"
                                + " beside it <file>.state.")
                .define(
                        KEY_FILE,
                        ConfigDef.Type.STRING,
                        "",
                        Importance.HIGH,
                        "log: key of the log's checkpoints, Ed25519 or ECDSA P-256: encrypted PKCS#8, mode 0600. Not a"
                                + " key of the ledger.")
                .define(
                        PASSPHRASE_FILE,
                        ConfigDef.Type.STRING,
                        "",
                        Importance.LOW,
                        "log: file, mode 0600, with the key's passphrase; by default " + AnchorConfig.PASSPHRASE_FILE
                                + ".");
    }

    private void needed() {
        Map<AnchorKind, List<String>> needed = Map.of(
                AnchorKind.WITNESS, List.of(URL, VKEY),
                AnchorKind.TSA, List.of(URL, ROOTS),
                AnchorKind.REKOR, List.of(URL, VKEY),
                AnchorKind.LOCAL_LOG, List.of(FILE, KEY_FILE));
        for (String key : needed.get(kind())) {
            if (get(key).toString().replaceAll("[\\[\\]]", "").isEmpty()) {
                throw new ConfigException(PREFIX + id + "." + key, "", "is needed for type " + getString(TYPE));
            }
        }
        if (kind() != AnchorKind.LOCAL_LOG) {
            url();
        } else {
            passphraseFile();
            requireOwnKeyFile();
        }
    }

    /** Another file may hold a key of the ledger all the same: that shows when it is opened. */
    private void requireOwnKeyFile() {
        Path file = absolute(Path.of(getString(KEY_FILE)));
        if (ledger.signingKeyFiles().stream().anyMatch(key -> absolute(key).equals(file))) {
            throw new ConfigException(
                    PREFIX + id + "." + KEY_FILE,
                    getString(KEY_FILE),
                    "is a key of " + AnchorConfig.SIGNING_KEY_FILES + "; a log needs a key of its own");
        }
    }

    private static Path absolute(Path path) {
        return path.toAbsolutePath().normalize();
    }

    /** @throws ConfigException if neither it nor the ledger names one */
    private Path passphraseFile() {
        String given = getString(PASSPHRASE_FILE);
        return given.isEmpty() ? ledger.passphraseFile() : Path.of(given);
    }

    String id() {
        return id;
    }

    AnchorKind kind() {
        return switch (getString(TYPE)) {
            case "witness" -> AnchorKind.WITNESS;
            case "tsa" -> AnchorKind.TSA;
            case "rekor" -> AnchorKind.REKOR;
            default -> AnchorKind.LOCAL_LOG;
        };
    }

    private URI url() {
        String url = getString(URL);
        if (url.matches("[^/]*//[^/]*@.*")) {
            throw new ConfigException(
                    PREFIX + id + "." + URL + " must not hold a user or a password: neither would be sent");
        }
        if (url.matches("https?://[!-~]+")) {
            try {
                URI address = new URI(url);
                if (address.getHost() != null) {
                    return address;
                }
            } catch (URISyntaxException e) {
                throw new ConfigException(
                        PREFIX + id + "." + URL, url, "must be an http or https URL: " + e.getReason());
            }
        }
        throw new ConfigException(PREFIX + id + "." + URL, url, "must be an http or https URL with a host");
    }

    private Duration timeout() {
        return Duration.ofMillis(getLong(TIMEOUT_MS));
    }

    /**
     * The anchor itself.
     *
     * @param keys the ledger's checkpoint keys; none of them may be the anchor's
     * @param trustRoot if given, its receipts are also held to what the newest version of it says of the anchor
     * @param metrics of this anchor
     * @throws ConfigException if a key, certificate or file cannot be used, or the key is one of the ledger's
     */
    Anchor open(SigningKeys keys, Optional<TrustRootWatch> trustRoot, OutsideMetrics.OfAnchor metrics) {
        Anchor client = client(keys, trustRoot, metrics);
        return trustRoot.<Anchor>map(watch -> listed(client, watch)).orElse(client);
    }

    private Anchor listed(Anchor client, TrustRootWatch trustRoot) {
        ListedAnchor anchor =
                new ListedAnchor(client, trustRoot::newest, ledger.ledger().windowSize());
        if (!anchor.isListed()) {
            LOGGER.atWarn()
                    .addKeyValue("anchor", id)
                    .addKeyValue("version", trustRoot.loaded().version())
                    .log(
                            "anchor is not listed in the trust root, so nobody who verifies counts its receipts; list it with"
                                    + " 'tally trust-root update'");
        }
        return anchor;
    }

    private Anchor client(SigningKeys keys, Optional<TrustRootWatch> trustRoot, OutsideMetrics.OfAnchor metrics) {
        try {
            return switch (kind()) {
                case WITNESS -> witness(metrics);
                case TSA -> new TimestampAnchor(TimestampAuthority.of(tsa()), url(), timeout(), clock());
                case REKOR ->
                    new RekorAnchor(
                            RekorLog.of(rekor()), keys.p256(), ledger.ledger().windowSize(), url(), timeout());
                case LOCAL_LOG -> localLog(keys, trustRoot);
            };
        } catch (NoteException
                | ReceiptException
                | KeyException
                | IOException
                | CertificateException
                | IllegalArgumentException e) {
            throw new ConfigException("cannot use anchor " + id + ": " + e.getMessage());
        }
    }

    private Anchor witness(OutsideMetrics.OfAnchor metrics) throws NoteException {
        return new WitnessAnchor(id, Witness.parse(getString(VKEY)), url(), timeout(), clock(), (stands, cosigned) -> {
            metrics.setBack();
            LOGGER.atWarn()
                    .addKeyValue("anchor", id)
                    .addKeyValue("treeSize", stands)
                    .addKeyValue("cosigned", cosigned)
                    .log("witness has lost its state, it stands below what it cosigned for this ledger: it is shown"
                            + " the registry from there. Until it has caught up it might cosign another history; ask"
                            + " its operator");
        });
    }

    private ReceiptClock clock() {
        return new ReceiptClock(ledger.ledger().windowSize(), InstantSource.system());
    }

    private TrustAnchors.Tsa tsa() throws IOException, CertificateException {
        List<String> roots = new ArrayList<>();
        for (String file : getList(ROOTS)) {
            try (InputStream in = Files.newInputStream(Path.of(file))) {
                for (Certificate root : CertificateFactory.getInstance("X.509").generateCertificates(in)) {
                    roots.add(StrictBase64.encode(root.getEncoded()));
                }
            }
        }
        return new TrustAnchors.Tsa(id, roots, getList(POLICIES), TrustAnchors.ValidFor.ALWAYS);
    }

    private TrustAnchors.Log rekor() {
        String vkey = getString(VKEY);
        String origin = getString(ORIGIN).isEmpty() ? vkey.split("\\+", 2)[0] : getString(ORIGIN);
        return new TrustAnchors.Log(id, RekorLog.KIND, origin, vkey, TrustAnchors.ValidFor.ALWAYS);
    }

    private Anchor localLog(SigningKeys keys, Optional<TrustRootWatch> trustRoot) throws KeyException {
        String origin = getString(ORIGIN).isEmpty() ? ledger.ledger().origin() + "/" + id : getString(ORIGIN);
        Path file = Path.of(getString(FILE));
        LocalLogAnchor log = new LocalLogAnchor(id, origin, file, foreignKey(keys, trustRoot), bytes -> LOGGER.atWarn()
                .addKeyValue("anchor", id)
                .addKeyValue("bytes", bytes)
                .log("a torn last line was cut off the log: the process died while it was written"));
        LOGGER.atInfo()
                .addKeyValue("anchor", id)
                .addKeyValue("vkey", log.vkey())
                .log("local log");
        return log;
    }

    /** A log that the ledger itself signs vouches for nothing, and no verifier would count it. */
    private SigningKey foreignKey(SigningKeys keys, Optional<TrustRootWatch> trustRoot) throws KeyException {
        SigningKey key = key();
        boolean isListed = trustRoot.isPresent()
                && trustRoot.get().loaded().key(key.keyId()).isPresent();
        if (isListed || keys.contain(key.spki())) {
            key.close();
            throw new KeyException(
                    "the key in " + getString(KEY_FILE) + " is one of the ledger's own; make another for the log"
                            + " with 'tally keys generate --algorithm ed25519'");
        }
        return key;
    }

    private SigningKey key() throws KeyException {
        char[] passphrase = KeyFile.readPassphrase(passphraseFile());
        try {
            return KeyFile.read(Path.of(getString(KEY_FILE)), passphrase);
        } finally {
            Arrays.fill(passphrase, '\0');
        }
    }
}
