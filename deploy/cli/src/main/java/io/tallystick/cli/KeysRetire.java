// SPDX-License-Identifier: Apache-2.0
package io.tallystick.cli;

import io.tallystick.json.JsonObject;
import io.tallystick.trust.KeyFile;
import io.tallystick.trust.SigningKey;
import io.tallystick.trust.TrustRole;
import io.tallystick.trust.TrustRoot;
import io.tallystick.trust.TrustedKey;
import java.io.PrintWriter;
import java.time.Instant;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code tally keys retire}. */
@Command(
        name = "retire",
        description = {
            "End a rotation, after T2: the old key is retired. What it signed stands for ever.",
            "A new version of the trust root calls the key retired, it is taken out of the setting that names it, and",
            "operator/0 is told. May be repeated, whatever failed.",
            "",
            "Windows up to T2 are signed with the old key, however late. So it is refused until the last of them is sealed"
                    + " (of a",
            "bundle key: exported, by the exporter that this configuration names; look after others yourself); 'tally windows'"
                    + " shows it. --despite-backlog is for windows that will never be: should the"
                    + " signer",
            "come to one all the same, it stops, and asks for the key to be named in the setting again."
        })
final class KeysRetire implements Runnable {
    @Spec
    private CommandSpec spec;

    @Mixin
    private KeyChangeOptions change;

    @Option(
            names = "--key",
            required = true,
            paramLabel = KeyPlace.LABEL,
            description = "The key that signs no more: its file, or its label in the ledger's token.")
    private String place;

    @Option(names = "--despite-backlog", description = "Retire it although windows wait for it.")
    private boolean despiteBacklog;

    @Override
    public void run() {
        LedgerKeys keys = change.keys();
        TrustRoot now = TrustRootFile.read(keys.trustRoot());
        KeyPlace gone = new KeyPlace(place);
        String keyId = gone.isInToken() ? change.token().publicKey(gone.label()).keyId() : keyId(keys, gone);
        KeyRetirement step = new KeyRetirement(
                left(keys, gone, KeyRetirement.listed(now, keyId)),
                keyId,
                Instant.now(),
                change.windowSize(),
                despiteBacklog ? KeyBacklog.UNASKED : change.backlog());
        PrintWriter out = spec.commandLine().getOut();
        change.carryOut(step, out, new KeyChangeOptions.Report() {
            @Override
            public void print(PrintWriter to, TrustRoot root) {
                report(to, keyId, root);
            }

            @Override
            public void add(JsonObject.Builder json, TrustRoot root) {
                json.put("keyId", keyId);
            }
        });
    }

    private static String keyId(LedgerKeys keys, KeyPlace place) {
        return PassphraseOptions.use(keys.passphrase(), secret -> {
            try (SigningKey key = KeyFile.read(place.file(), secret)) {
                return key.keyId();
            }
        });
    }

    private KeySetting left(LedgerKeys keys, KeyPlace gone, TrustedKey key) {
        if (gone.isInToken()) {
            TokenRing tokens = change.token();
            return tokens.without(gone.label(), change.hasOtherKeys(tokens));
        }
        KeyRing files = keys.ring(key.roles());
        return files.without(gone.file(), change.hasOtherKeys(files));
    }

    private void report(PrintWriter out, String keyId, TrustRoot root) {
        TrustedKey key = KeyRetirement.listed(root, keyId);
        out.println(
                change.order().dryRun()
                        ? "key " + keyId + " would be retired in version " + root.version() + " of the trust root"
                        : "key " + keyId + " is retired; trust root version " + root.version() + ", fingerprint "
                                + root.fingerprint());
        out.println(
                key.roles().contains(TrustRole.BUNDLE)
                        ? "  keep " + place + ": old windows that are exported anew are signed with it"
                        : "  give out the trust root; restart 'tally run anchor' and 'tally run export' at leisure");
    }
}
