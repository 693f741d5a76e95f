/** The icons a firm chooses from for its own objects, by the names the server keeps. They are many: the frame loads them when one is shown. */
import {
  Book,
  Box,
  Building2,
  Calendar,
  Car,
  ClipboardList,
  Coffee,
  Cog,
  File,
  FlaskConical,
  Folder,
  Gift,
  GraduationCap,
  Leaf,
  type LucideIcon,
  type LucideProps,
  MapPin,
  Phone,
  Shield,
  Star,
  Store,
  Tag,
  Truck,
  Users,
  Wallet,
  Wrench,
} from "lucide-react";

const icons = {
  box: Box,
  wrench: Wrench,
  cog: Cog,
  car: Car,
  truck: Truck,
  building: Building2,
  store: Store,
  map_pin: MapPin,
  calendar: Calendar,
  file: File,
  folder: Folder,
  book: Book,
  clipboard: ClipboardList,
  wallet: Wallet,
  gift: Gift,
  tag: Tag,
  star: Star,
  shield: Shield,
  phone: Phone,
  users: Users,
  leaf: Leaf,
  cup: Coffee,
  graduation_cap: GraduationCap,
  flask: FlaskConical,
} satisfies Record<string, LucideIcon>;

export type IconName = keyof typeof icons;
export const iconNames = Object.keys(icons) as IconName[];

export default function OwnIcon({ name, ...props }: LucideProps & { name: string }) {
  const Icon = icons[name as IconName] ?? Box;
  return <Icon aria-hidden {...props} />;
}
