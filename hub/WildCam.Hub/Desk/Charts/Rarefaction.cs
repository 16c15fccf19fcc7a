namespace WildCam.Hub.Desk.Charts;

/// <summary>
/// How many species so much effort would have found: the expected number over all orders in which the days of sites
/// might have come (Colwell, Mao and Chang, Ecology 85 (2004), 2717-2727).
/// </summary>
static class Rarefaction
{
    /// <param name="incidence">Of each species, the days of sites on which it was there.</param>
    /// <param name="total">All days of sites.</param>
    public static double Expected(IReadOnlyList<int> incidence, int total, int days)
    {
        var found = 0.0;
        foreach (var there in incidence)
        {
            // The chance that none of the days drawn is one of those: C(total - there, days) / C(total, days).
            found += total - there < days
                ? 1
                : 1 - Math.Exp(LogFactorial(total - there) - LogFactorial(total - there - days)
                    - LogFactorial(total) + LogFactorial(total - days));
        }

        return found;
    }

    static double LogFactorial(int n)
    {
        // Stirling's series; exact enough from 10 on, small ones are multiplied.
        if (n < 10)
        {
            var product = 1.0;
            for (var i = 2; i <= n; i++)
            {
                product *= i;
            }

            return Math.Log(product);
        }

        double x = n;
        return x * Math.Log(x) - x + 0.5 * Math.Log(2 * Math.PI * x) + 1 / (12 * x) - 1 / (360 * x * x * x)
            + 1 / (1260 * Math.Pow(x, 5));
    }
}
