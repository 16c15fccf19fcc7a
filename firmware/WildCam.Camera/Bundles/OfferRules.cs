using WildCam.Wire;

namespace WildCam.Camera
{
    /// <summary>What keeps a camera from following an offer.</summary>
    public static class OfferRules
    {
        /// <summary>
        /// Why an offer whose authenticator is right is not followed; None where it is. The slots are not touched.
        /// </summary>
        public static ushort FirstRefusal(BundleOffer offer, CameraProfile profile, int capacityBytes)
        {
            if (offer.Board != profile.Board)
            {
                return RefusalCodes.WrongBoard;
            }

            if (!IsNewer(offer, profile) && (offer.Flags & BundleOffer.OlderIsMeant) == 0)
            {
                return RefusalCodes.NotNewer;
            }

            if (offer.SizeBytes > Boards.BundleBytesMax(profile.Board))
            {
                return RefusalCodes.TooBig;
            }

            if (offer.SizeBytes > capacityBytes)
            {
                return RefusalCodes.NoRoom;
            }

            return offer.SizeBytes < BundleFile.FixedBytes ? RefusalCodes.NotThatBundle : RefusalCodes.None;
        }

        /// <summary>Whether the authenticator was made under this key; never, where there is no key.</summary>
        public static bool IsAuthentic(BundleOffer offer, byte[] updateKey)
        {
            return updateKey.Length > 0 && AreSame(offer.Authenticator, offer.ComputeAuthenticator(updateKey));
        }

        /// <summary>
        /// What the head of a bundle, of which some first bytes are there, says against it; None where nothing.
        /// </summary>
        public static ushort HeadRefusal(byte[] source, int offset, int count, BundleOffer offer, SlotRecord record)
        {
            BundleFile head;
            if (!BundleFile.TryRead(source, offset, count, out head) || head.TotalBytes != offer.SizeBytes
                || head.Board != offer.Board || head.Major != offer.Major || head.Minor != offer.Minor
                || head.Patch != offer.Patch)
            {
                return RefusalCodes.NotThatBundle;
            }

            bool isLoaderNew = record.LoaderMajor > head.LoaderMajor
                || (record.LoaderMajor == head.LoaderMajor && record.LoaderMinor >= head.LoaderMinor);
            return isLoaderNew && head.Contract == BundleFile.ContractNow
                ? RefusalCodes.None
                : RefusalCodes.LoaderTooOld;
        }

        /// <summary>Whether two digests are the same.</summary>
        public static bool AreSame(byte[] one, byte[] other)
        {
            int differences = one.Length ^ other.Length;
            for (int i = 0; i < one.Length && i < other.Length; i++)
            {
                differences |= one[i] ^ other[i];
            }

            return differences == 0;
        }

        static bool IsNewer(BundleOffer offer, CameraProfile profile)
        {
            if (offer.Major != profile.FirmwareMajor)
            {
                return offer.Major > profile.FirmwareMajor;
            }

            if (offer.Minor != profile.FirmwareMinor)
            {
                return offer.Minor > profile.FirmwareMinor;
            }

            return offer.Patch > profile.FirmwarePatch;
        }
    }
}
