// SPDX-License-Identifier: Apache-2.0
package io.tallystick.embedded;

import org.junit.jupiter.api.extension.BeforeAllCallback;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.extension.ExtensionContext.Namespace;
import org.junit.jupiter.api.extension.ParameterContext;
import org.junit.jupiter.api.extension.ParameterResolver;

/**
 * Gives JUnit 5 tests a real broker and registry: an {@link EmbeddedLedger} as a parameter of a constructor, a lifecycle
 * method or a test.
 *
 * <p>Both start once in a test run, before the first class that asks, in this JVM and on a temporary directory, and end
 * with the run. All classes share them: let each make its topics, groups and subjects under its own
 * {@link EmbeddedLedger#newPrefix()}.
 *
 * <pre>{@code
 * @ExtendWith(LedgerExtension.class)
 * class SequencingIT {
 *     @Test
 *     void appendsWhatIsAdmitted(EmbeddedLedger ledger) { … ledger.bootstrapServers() … }
 * }
 * }</pre>
 */
public final class LedgerExtension implements BeforeAllCallback, ParameterResolver {

    private static final Namespace NAMESPACE = Namespace.create(LedgerExtension.class);

    @Override
    public void beforeAll(ExtensionContext context) {
        ledger(context);
    }

    @Override
    public boolean supportsParameter(ParameterContext parameter, ExtensionContext context) {
        return parameter.getParameter().getType() == EmbeddedLedger.class;
    }

    @Override
    public Object resolveParameter(ParameterContext parameter, ExtensionContext context) {
        return ledger(context);
    }

    private static EmbeddedLedger ledger(ExtensionContext context) {
        return context.getRoot()
                .getStore(NAMESPACE)
                .getOrComputeIfAbsent(
                        EmbeddedLedger.class, key -> EmbeddedLedger.startTemporaryInThisJvm(), EmbeddedLedger.class);
    }
}
