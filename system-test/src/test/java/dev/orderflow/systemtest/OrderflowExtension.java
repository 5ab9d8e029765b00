package dev.orderflow.systemtest;

import org.junit.jupiter.api.extension.AfterTestExecutionCallback;
import org.junit.jupiter.api.extension.BeforeEachCallback;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.extension.ExtensionContext.Namespace;
import org.junit.jupiter.api.extension.ParameterContext;
import org.junit.jupiter.api.extension.ParameterResolver;

/**
 * Gives tests the running system. It is started once for all of them, because that takes longer than most; so a test must
 * not mind what others have left, and whatever it has stopped is started again before the next one.
 */
final class OrderflowExtension implements ParameterResolver, BeforeEachCallback, AfterTestExecutionCallback {

    @Override
    public boolean supportsParameter(ParameterContext parameter, ExtensionContext context) {
        return parameter.getParameter().getType() == Orderflow.class;
    }

    @Override
    public Orderflow resolveParameter(ParameterContext parameter, ExtensionContext context) {
        return system(context);
    }

    @Override
    public void beforeEach(ExtensionContext context) {
        system(context).start();
    }

    @Override
    public void afterTestExecution(ExtensionContext context) {
        if (context.getExecutionException().isPresent()) {
            System.out.println(
                    context.getDisplayName() + " failed\n" + system(context).logs());
        }
    }

    private static Orderflow system(ExtensionContext context) {
        return context.getRoot()
                .getStore(Namespace.create(Orderflow.class))
                .computeIfAbsent(Orderflow.class, type -> started(), Orderflow.class);
    }

    private static Orderflow started() {
        var system = new Orderflow();
        // For a build that is interrupted; closing twice does no harm.
        Runtime.getRuntime().addShutdownHook(new Thread(system::close));
        try {
            system.start();
            return system;
        } catch (RuntimeException e) {
            System.out.println(system.logs());
            system.close();
            throw e;
        }
    }
}
